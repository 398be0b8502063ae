import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { JsonHubProtocol, MessageType, NullLogger } from '@microsoft/signalr';
import { HandshakeProtocol } from '@microsoft/signalr/dist/cjs/HandshakeProtocol.js';

const folder = new URL('../../../testdata/protocol/', import.meta.url);
const separator = '\u001e';
const samples = readdirSync(folder).filter((file) => file.endsWith('.json')).map((file) => file.slice(0, -'.json'.length)).sort();

const orderEvents = ['order.*.paid', 'order.*.refunded'];
const largeOrders = [
  { method: 'greaterThan', attribute: 'total', values: [100] },
  {
    method: 'or',
    values: [
      { method: 'equal', attribute: 'customer.country', values: ['DE', 'FR'] },
      { method: 'isNull', attribute: 'customer.country' },
    ],
  },
];

// What a client of the npm package invokes to make each call.
const calls = {
  'call-authenticate': ['Authenticate', tokenOf(read('call-authenticate'))],
  'call-authenticate-guest': ['Authenticate', null],
  'call-broadcast': ['Broadcast', 'notice', { text: 'Back at ten.' }],
  'call-get-history': ['GetHistory', { channel: 'chat:lobby' }],
  'call-get-history-page': ['GetHistory', {
    channel: 'chat:orders',
    since: { epoch: '27e0b1c46a8d93f5', offset: 43 },
    limit: 1,
    reverse: true,
    events: orderEvents,
    filter: largeOrders,
  }],
  'call-get-members': ['GetMembers', 'chat:lobby'],
  'call-get-members-page': ['GetMembers', { channel: 'chat:lobby', cursor: 'Z3Vlc3Q', limit: 1 }],
  'call-publish': ['Publish', { channel: 'live:scores', event: 'goal', data: { home: 1, away: 0 }, id: 'goal-17', echo: false }],
  'call-publish-several': ['Publish', { channels: ['chat:lobby', 'live:scores'], event: 'message', data: { text: 'half time' } }],
  'call-send': ['Send', 'chat:lobby', 'message', { text: 'hello' }],
  'call-subscribe': ['Subscribe', 'chat:lobby'],
  'call-subscribe-list': ['Subscribe', ['chat:lobby', 'live:scores']],
  'call-subscribe-object': ['Subscribe', {
    id: 'paid',
    channels: [
      { channel: 'chat:orders', since: { epoch: '27e0b1c46a8d93f5', offset: 41 } },
      { channel: 'chat:returns', since: { epoch: 'c3d9e5f7a1b20468', offset: 8 } },
      { channel: 'chat:lobby', since: { epoch: '9f3c2a71d04be685', offset: 5 } },
      'chat:dev',
    ],
    events: orderEvents,
    filter: largeOrders,
    hidden: true,
    echo: false,
  }],
  'call-unsubscribe': ['Unsubscribe', 'chat:lobby'],
  'call-unsubscribe-id': ['Unsubscribe', { id: 'paid' }],
  'call-unsubscribe-list': ['Unsubscribe', ['chat:lobby', 'live:scores']],
  'call-update-profile': ['UpdateProfile', { name: 'Ann', mood: 'good' }],
};

const error = /^[a-z_]+(;retryAfter=\d+)?: [A-Z].*\.$/;

// What the npm package makes of each kind of message, by the first word of the sample's name.
const checks = {
  answer({ type, invocationId, result, error }) {
    assert.deepEqual([type, error], [MessageType.Completion, undefined]);
    assert.match(invocationId, /^\d+$/);
    assert.notEqual(result, undefined);
  },
  callback({ type, target, invocationId, arguments: args }, name) {
    assert.deepEqual([type, target, invocationId, args.length], [MessageType.Invocation, name.split('-')[1], undefined, 1]);
    assert.equal(typeof args[0].channel, 'string');
  },
  close(message) {
    assert.deepEqual([message.type, message.allowReconnect], [MessageType.Close, true]);
    assert.match(message.error, error);
  },
  error(message) {
    assert.deepEqual([message.type, message.result], [MessageType.Completion, undefined]);
    assert.match(message.error, error);
  },
  ping(message) {
    assert.deepEqual(message, { type: MessageType.Ping });
  },
};

const handshakes = {
  'handshake-answer': { error: undefined },
  'handshake-refused': { error: "The protocol 'xml' is not supported." },
};

for (const name of samples.filter(isCall)) {
  test(`${name} is what the npm package writes`, () => {
    const [target, ...args] = calls[name] ?? assert.fail('No call is known for this sample.');
    const sample = JSON.parse(read(name));

    const written = new JsonHubProtocol().writeMessage({
      type: MessageType.Invocation,
      invocationId: sample.invocationId,
      target,
      arguments: args,
    });

    assert.equal(written.at(-1), separator);
    assert.deepEqual(JSON.parse(written.slice(0, -1)), sample);
  });
}

for (const name of samples.filter(isServers)) {
  test(`${name} is read by the npm package as what it says`, () => {
    const check = checks[name.split('-')[0]] ?? assert.fail('Nothing is known of this sample.');

    const messages = new JsonHubProtocol().parseMessages(read(name) + separator, NullLogger.instance);

    assert.equal(messages.length, 1);
    assert.deepEqual(messages[0], JSON.parse(read(name)));
    check(messages[0], name);
  });
}

test('handshake-request is what the npm package writes', () => {
  const protocol = new JsonHubProtocol();
  const written = new HandshakeProtocol().writeHandshakeRequest({ protocol: protocol.name, version: 1 });
  assert.equal(written, read('handshake-request') + separator);
});

for (const [name, { error: expected }] of Object.entries(handshakes)) {
  test(`${name} is read by the npm package as what it says`, () => {
    const [rest, message] = new HandshakeProtocol().parseHandshakeResponse(read(name) + separator);
    assert.deepEqual([rest, message.error], [null, expected]);
  });
}

test('Every call and every handshake that is known here is a sample', () => {
  assert.deepEqual(samples.filter(isCall), Object.keys(calls).sort());
  assert.deepEqual(samples.filter((name) => name.startsWith('handshake-')), [...Object.keys(handshakes), 'handshake-request'].sort());
});

function isCall(name) {
  return name.startsWith('call-');
}

function isServers(name) {
  return !isCall(name) && !name.startsWith('handshake-');
}

function read(name) {
  return readFileSync(new URL(`${name}.json`, folder), 'utf8').trimEnd();
}

function tokenOf(call) {
  return JSON.parse(call).arguments[0];
}
