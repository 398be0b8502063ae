import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { HttpTransportType, JsonHubProtocol, NullLogger } from '@microsoft/signalr';
import { MessagePackHubProtocol } from '@microsoft/signalr-protocol-msgpack';
import { useGateway } from './support/gateway.mjs';
import { overBinaryTransports } from './support/transports.mjs';

const [emptyArray, arrayOfFive, arrayOfSix] = [0x90, 0x95, 0x96];

const gateway = useGateway();
const channel = 'chat:lobby';

// What is the same value in JSON and in MessagePack, as this client has it.
const data = {
  'nothing': null,
  'true and false': [true, false],
  'integers at the ends of every format': [
    0, 127, 128, 255, 256, 65_535, 65_536, 4_294_967_295, 4_294_967_296, Number.MAX_SAFE_INTEGER,
    -1, -32, -33, -128, -129, -32_768, -32_769, -2_147_483_648, -2_147_483_649, Number.MIN_SAFE_INTEGER,
  ],
  'floats': [0.5, -1.25, 0.1, 1e21, 1e-7, 2 ** 60, Number.MAX_VALUE, Number.MIN_VALUE],
  'strings at the ends of every format': [0, 31, 32, 255, 256, 20_000].map((length) => 'x'.repeat(length)),
  'texts': ['Grüße, 世界 🌍', 'a "quoted" \\ line\n', '\u0000\u001e\u2028'],
  'arrays at the ends of every format': [15, 16, 1_000].map((length) => Array.from({ length }, (_, n) => n)),
  'objects at the ends of every format': [15, 16].map((length) => Object.fromEntries(Array.from({ length }, (_, n) => [`k${n}`, n]))),
  'what is empty': [[], {}, ''],
  'what nests as deep as may be': nested(32),
  'a date, which is a string': '2026-01-15T09:30:00.125Z',
};

overBinaryTransports('MessagePack', gateway, (transport) => {
  test('A JSON and a MessagePack client in one channel hear each other, the same and in one order', async () => {
    const json = await gateway.connect(transport, await gateway.devToken('ann'));
    const packed = await connect(transport, await gateway.devToken('bob'));
    await json.invoke('Subscribe', channel);
    await packed.invoke('Subscribe', channel);

    const numbers = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
    const sent = numbers.flatMap((n) => [json, packed].map((client) => client.invoke('Send', channel, 'message', { n })));
    await Promise.all(sent);
    const heard = await json.nextEvents(sent.length);

    assert.deepEqual(await packed.nextEvents(sent.length), heard);
    for (const [userId, client] of [['ann', json], ['bob', packed]]) {
      const own = heard.filter((event) => event.sender.userId === userId);
      assert.deepEqual(own.map((event) => event.data.n), numbers);
      assert.ok(own.every((event) => event.sender.connectionId === client.hub.connectionId));
    }
  });

  for (const [what, value] of Object.entries(data)) {
    test(`Data crosses both ways without loss: ${what}`, async () => {
      const { json, packed } = await gather(transport);

      await packed.invoke('Send', channel, 'message', value);
      await json.invoke('Send', channel, 'message', value);

      for (const client of [json, packed]) {
        assert.deepEqual((await client.nextEvents(2)).map((event) => event.data), [value, value]);
      }
    });
  }

  test('Bytes become a string in Base64, for everybody', async () => {
    const { json, packed } = await gather(transport);
    const bytes = Uint8Array.from({ length: 300 }, (_, n) => n % 256);

    await packed.invoke('Send', channel, 'message', { bytes, none: new Uint8Array() });

    for (const client of [json, packed]) {
      assert.deepEqual((await client.nextEvent()).data, { bytes: Buffer.from(bytes).toString('base64'), none: '' });
    }
  });

  test('Integers beyond what this client can hold reach it as its nearest number, as from JSON', async () => {
    const { json, packed } = await gather(transport);
    const raw = await gateway.connectRaw();

    // As it is written, with digits that no number of JavaScript has.
    await raw.invoke('Send', `["${channel}","message",[18446744073709551615,-9223372036854775808,9007199254740993,18446744073709551616,1e400]]`);

    const expected = [2 ** 64, -(2 ** 63), 2 ** 53, 2 ** 64];
    assert.deepEqual((await json.nextEvent()).data, [...expected, Infinity]);
    assert.deepEqual((await packed.nextEvent()).data, [...expected, Number.MAX_VALUE]);
  });

  const refused = {
    'a Date, which this client sends as a timestamp': [new Date(0), /^invalid_request: A MessagePack timestamp, or another extension type, has no form in JSON; send a string\.$/],
    'NaN': [{ value: NaN }, /^invalid_request: NaN and infinities have no form in JSON; send null or a string\.$/],
    'an infinity': [[-Infinity], /^invalid_request: NaN and infinities have no form in JSON; send null or a string\.$/],
    'data that nests too deep': [nested(33), /^invalid_request: .* deep.*\.$/],
    'data 90 deep, which is as deep as this client writes': [nested(90), /^invalid_request: .* deep.*\.$/],
    'a message of 1 MB': ['x'.repeat(1_000_000), /^payload_too_large: A message has 65536 bytes at most\.$/],
    'bytes that are too many as Base64': [new Uint8Array(60_000), /^payload_too_large: .*\.$/],
  };
  for (const [what, [value, error]] of Object.entries(refused)) {
    test(`Refused, and that is all that happens: ${what}`, async () => {
      const { json, packed } = await gather(transport);

      assert.match(await packed.refusalOf('Send', channel, 'message', value), error);

      const { id } = await packed.invoke('Send', channel, 'message', 'after it');
      for (const client of [json, packed]) {
        assert.deepEqual((await client.unheardEvents()).map((event) => event.id), [id]);
        assert.ok(client.isConnected);
      }
    });
  }

  test('A property for which this client would end its connection is refused to its sender', async () => {
    const { json, packed } = await gather(transport);
    const raw = await gateway.connectRaw();

    for (const name of ['__proto__', '\\u005f_proto__']) {
      const { error } = await raw.invoke('Send', `["${channel}","message",{"a":[{"${name}":1}]}]`);
      assert.match(error, /^invalid_request: The data has a property '__proto__'.*\.$/);
    }

    const { id } = await json.invoke('Send', channel, 'message', 'after it');
    assert.deepEqual((await packed.unheardEvents()).map((event) => event.id), [id]);
  });

  const wrongCalls = [
    ['An unknown method', 'invalid_request: There is no method \'Shout\'.', 'Shout', channel],
    ['Too few arguments', 'invalid_request: The arguments do not fit Send(channel, event, data).', 'Send', channel, 'message'],
    ['A number for a channel', 'invalid_request: The arguments do not fit Send(channel, event, data).', 'Send', 42, 'message', {}],
    ['A shape that is none', 'invalid_request: Unsubscribe takes a channel, a list of channels, or { id }.', 'Unsubscribe', 42],
    ['A text for a number', 'invalid_request: GetMembers takes a channel, or { channel, cursor?, limit? }.', 'GetMembers', { channel, limit: '5' }],
    ['A channel that no policy names', 'permission_denied: You may not read \'nowhere\'.', 'Subscribe', 'nowhere'],
  ];
  for (const [what, error, method, ...args] of wrongCalls) {
    test(`${what} is refused in the words that JSON clients hear`, async () => {
      for (const client of [await gateway.connect(transport), await connect(transport)]) {
        assert.equal(await client.refusalOf(method, ...args), error);
        assert.ok(client.isConnected);
      }
    });
  }

  test('Who comes back with his last position is given what he missed, before anything live', async () => {
    const room = `chat:${randomUUID()}`;
    const publisher = await gateway.connect(transport);
    const before = await connect(transport);
    await before.invoke('Subscribe', room);
    await publisher.invoke('Send', room, 'message', 1);
    const { epoch, offset } = await before.nextEvent();
    await before.stop();
    await publisher.invoke('Send', room, 'message', 2);

    const back = await connect(transport);
    const answer = await back.invoke('Subscribe', { channels: [{ channel: room, since: { epoch, offset } }] });
    await publisher.invoke('Send', room, 'message', 3);

    assert.deepEqual(answer.channels, [{ channel: room, epoch, offset: 2, recovered: true }]);
    const heard = await back.nextEvents(2);
    assert.deepEqual(heard.map((event) => [event.data, event.offset, event.replayed]), [[2, 2, true], [3, 3, undefined]]);
  });

  test('Members, profiles, history, notices and errors are what JSON clients get', async () => {
    const room = `chat:${randomUUID()}`;
    const json = await gateway.connect(transport, await gateway.devToken('ann'));
    const packed = await connect(transport, await gateway.devToken('bob'));
    await json.invoke('Subscribe', room);
    await packed.invoke('Subscribe', room);
    await packed.invoke('UpdateProfile', { mood: 'good', level: 1.5 });
    await json.invoke('Send', room, 'message', { text: 'hello' });

    for (const [method, argument] of [['GetMembers', room], ['GetHistory', { channel: room }], ['GetMembers', { channel: room, limit: 1 }]]) {
      assert.deepEqual(await packed.invoke(method, argument), await json.invoke(method, argument));
    }
    let change;
    do {
      change = await packed.nextPresence();
    } while (change.type !== 'update');
    assert.deepEqual([change.member.userId, change.member.profile], ['bob', { mood: 'good', level: 1.5 }]);
    const { userId } = await packed.invoke('Authenticate', null);
    assert.equal(userId, null);
  });

  test('A token that is wrong is refused, and the connection goes on', async () => {
    const packed = await connect(transport);
    assert.match(await packed.refusalOf('Authenticate', 'x'), /^unauthenticated: .*\.$/);
    assert.ok(packed.isConnected);
  });
});

test('Server-Sent Events cannot carry it: the handshake says so', async () => {
  const url = await negotiate();
  const stream = await gateway.fetch(url, { headers: { Accept: 'text/event-stream' } });
  await gateway.fetch(url, { method: 'POST', body: '{"protocol":"messagepack","version":1}\u001e' });
  const said = (await stream.text()).split(/\r?\n/).find((line) => line.startsWith('data:'));
  const { error } = JSON.parse(said.slice('data:'.length).replace('\u001e', ''));
  assert.match(error, /'messagepack'.*does not support.*'Binary'/);
});

test('A client that may choose does not choose Server-Sent Events', async () => {
  const client = gateway.client({ transport: HttpTransportType.ServerSentEvents | HttpTransportType.LongPolling }, '', new MessagePackHubProtocol());
  await client.start();
  await client.invoke('Subscribe', channel);
  await client.stop();
});

const folder = new URL('../../../testdata/protocol/messagepack/', import.meta.url);
for (const name of readdirSync(folder).filter((file) => file.endsWith('.hex')).map((file) => file.slice(0, -'.hex'.length))) {
  test(`The sample ${name} is to this client what its JSON is`, () => {
    const bytes = Buffer.from(readFileSync(new URL(`${name}.hex`, folder), 'utf8').trim(), 'hex');
    const json = readFileSync(new URL(`../${name}.json`, folder), 'utf8').trim();
    const message = JSON.parse(json);
    if (name.startsWith('call-')) {
      // Byte for byte, but for the empty list of streams at the end, which this client leaves out.
      const written = Buffer.from(new MessagePackHubProtocol().writeMessage(message));
      assert.deepEqual([contentOf(bytes)[0], contentOf(written)[0], bytes.at(-1)], [arrayOfSix, arrayOfFive, emptyArray]);
      assert.equal(contentOf(written).subarray(1).toString('hex'), contentOf(bytes).subarray(1, -1).toString('hex'));
      return;
    }

    const [read] = new MessagePackHubProtocol().parseMessages(arrayBufferOf(bytes), NullLogger.instance);
    const [expected] = new JsonHubProtocol().parseMessages(`${json}\u001e`, NullLogger.instance);
    assert.deepEqual(withoutEmpty(read), expected);
  });
}

function connect(transport, token) {
  return gateway.connect(transport, token, new MessagePackHubProtocol());
}

async function gather(transport) {
  const json = await gateway.connect(transport);
  const packed = await connect(transport);
  await json.invoke('Subscribe', channel);
  await packed.invoke('Subscribe', channel);
  return { json, packed };
}

async function negotiate() {
  const { connectionToken } = await (await gateway.fetch('/realtime/negotiate?negotiateVersion=1', { method: 'POST' })).json();
  return `/realtime?id=${connectionToken}`;
}

/** A message without what only one of the two protocols' parsers puts there for nothing. */
function withoutEmpty({ headers, streamIds, ...message }) {
  return Object.fromEntries(Object.entries(message).filter(([, value]) => value !== undefined));
}

/** A message without its length. */
function contentOf(bytes) {
  return bytes.subarray(bytes.findIndex((byte) => byte < 0x80) + 1);
}

function arrayBufferOf(bytes) {
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
}

function nested(depth) {
  let value = [];
  for (let level = 1; level < depth; level++) {
    value = [value];
  }
  return value;
}
