import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useGateway } from './support/gateway.mjs';
import { overEveryTransport } from './support/transports.mjs';

const gateway = useGateway();

const wrongCalls = [
  ['An unknown method', 'invalid_request', 'Shout', 'chat:lobby'],
  ['Too few arguments', 'invalid_request', 'Send', 'chat:lobby', 'message'],
  ['Too many arguments', 'invalid_request', 'Send', 'chat:lobby', 'message', {}, 'more'],
  ['A null', 'invalid_request', 'Subscribe', null],
  ['A list with a null in it', 'invalid_request', 'Subscribe', ['chat:lobby', null]],
  ['A number for a channel', 'invalid_request', 'Send', 42, 'message', {}],
  ['An event with a space', 'invalid_request', 'Send', 'chat:lobby', 'mess age', {}],
  ['A channel that no policy names', 'permission_denied', 'Subscribe', 'nowhere'],
  ['Publishing to everybody', 'permission_denied', 'Send', '$all', 'message', {}],
  ['A message of 1 MB', 'payload_too_large', 'Send', 'chat:lobby', 'message', 'x'.repeat(1_000_000)],
  // JSON.stringify itself gives up near 4,000; poison.test.mjs goes deeper.
  ['Data 3,000 deep', 'invalid_request', 'Send', 'chat:lobby', 'message', nested(3_000)],
  ['Data one level too deep', 'invalid_request', 'Send', 'chat:lobby', 'message', nested(33)],
];

const wrongNames = {
  'is empty': '',
  'has a space': 'chat:a b',
  'has a *': 'chat:*',
  'has a {': 'chat:{a}',
  'has a control character': 'chat:\u0007',
  'has a line end': 'chat:a\n',
  'is not ASCII': 'chat:ä',
  'begins with $': '$lobby',
  'has 256 characters': 'chat:'.padEnd(256, 'x'),
};

overEveryTransport('Errors', gateway, (transport) => {
  for (const [what, code, method, ...args] of wrongCalls) {
    test(`${what} is refused as ${code}, and that is all that happens`, async () => {
      await assertRefused(transport, code, [method, ...args]);
    });
  }

  for (const [how, name] of Object.entries(wrongNames)) {
    test(`A channel's name that ${how} is refused, and that is all that happens`, async () => {
      const subscribe = [['Subscribe', name], ['Subscribe', ['chat:lobby', name]], ['Subscribe', { channels: [{ channel: name }] }]];
      await assertRefused(transport, 'invalid_channel', ...subscribe, ['Send', name, 'message', {}], ['GetMembers', name]);
    });
  }

  test('What is just within the bounds is taken', async () => {
    const client = await gateway.connect(transport);
    const channel = 'chat:'.padEnd(255, '~');
    await client.invoke('Subscribe', channel);

    await client.invoke('Send', channel, 'message', nested(32));
    await client.invoke('Send', channel, 'message', 'x'.repeat(60_000));

    assert.deepEqual((await client.nextEvent()).data, nested(32));
    assert.equal((await client.nextEvent()).data.length, 60_000);
  });
});

/** Each call fails with `code: sentence.`; the connection goes on, and another in the same channel notices nothing. */
async function assertRefused(transport, code, ...calls) {
  const client = await gateway.connect(transport);
  const other = await gateway.connect(transport);
  await client.invoke('Subscribe', 'chat:lobby');
  await other.invoke('Subscribe', 'chat:lobby');

  for (const [method, ...args] of calls) {
    assert.match(await client.refusalOf(method, ...args), new RegExp(`^${code}: [A-Z].*\\.$`));
  }

  const { id } = await client.invoke('Send', 'chat:lobby', 'message', 'after it');
  assert.deepEqual((await client.unheard()).map((event) => event.id), [id]);
  assert.deepEqual((await other.unheard()).map((event) => event.id), [id]);
  assert.ok(client.isConnected && other.isConnected);
}

function nested(depth) {
  let data = [];
  for (let level = 1; level < depth; level++) {
    data = [data];
  }
  return data;
}
