import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useGateway } from './support/gateway.mjs';
import { overEveryTransport } from './support/transports.mjs';

const gateway = useGateway();

// JSON by its grammar, and no text: a browser that got it would have to close its connection.
const invalidUtf8 = {
  'a byte that UTF-8 never has': [0xff],
  'half of a character': [0xe4, 0xb8],
  'an overlong form': [0xc0, 0xaf],
  'half of a surrogate pair': [0xed, 0xa0, 0x80],
};

overEveryTransport('Poison', gateway, (transport) => {
  for (const [what, bytes] of Object.entries(invalidUtf8)) {
    test(`Data with ${what} is refused to its sender, and nobody else gets anything of it`, async () => {
      const { others, poisoner } = await gather(transport);

      const { error } = await poisoner.invoke('Send', written('["chat:lobby","message",{"text":"', bytes, '"}]'));

      assert.equal(error, 'invalid_request: The data is not valid UTF-8.');
      await assertAllIsWell(others, poisoner);
    });

    test(`A channel or an event with ${what} is refused to its sender, and nobody else gets anything of it`, async () => {
      const { others, poisoner } = await gather(transport);

      const channel = await poisoner.invoke('Send', written('["chat:', bytes, '","message",1]'));
      const event = await poisoner.invoke('Send', written('["chat:lobby","message', bytes, '",1]'));

      assert.match(channel.error, /^invalid_(request|channel): [A-Z].*\.$/);
      assert.match(event.error, /^invalid_request: [A-Z].*\.$/);
      await assertAllIsWell(others, poisoner);
    });
  }

  test('Data 10,000 deep is refused to its sender, and nobody else gets anything of it', async () => {
    const { others, poisoner } = await gather(transport);

    const { error } = await poisoner.invoke('Send', `["chat:lobby","message",${'['.repeat(10_000)}${']'.repeat(10_000)}]`);

    assert.match(error, /^invalid_request: .* deep.*\.$/);
    await assertAllIsWell(others, poisoner);
  });

  test('Data with line ends between its tokens reaches everybody whole', async () => {
    const { others, poisoner } = await gather(transport);

    const { result } = await poisoner.invoke('Send', '["chat:lobby","message",{"a":\r1,\n"b":\r\n[2,\r\r\n\n3]}]');

    for (const other of others) {
      const { id, data } = await other.nextEvent();
      assert.deepEqual({ id, data }, { id: result.id, data: { a: 1, b: [2, 3] } });
    }
    await assertAllIsWell(others, poisoner);
  });
});

/** Two in chat:lobby, and one who can send there what no proper client would. */
async function gather(transport) {
  const others = [await gateway.connect(transport), await gateway.connect(transport)];
  for (const other of others) {
    await other.invoke('Subscribe', 'chat:lobby');
  }
  return { others, poisoner: await gateway.connectRaw() };
}

/** The others have heard nothing, are connected still, and hear the same sender when he sends what is right. */
async function assertAllIsWell(others, poisoner) {
  const { result } = await poisoner.invoke('Send', '["chat:lobby","message","good"]');
  for (const other of others) {
    const heard = await other.unheard();
    assert.deepEqual(heard.map(({ id, data }) => ({ id, data })), [{ id: result.id, data: 'good' }]);
    assert.ok(other.isConnected);
  }
}

function written(before, bytes, after) {
  return Buffer.concat([Buffer.from(before), Buffer.from(bytes), Buffer.from(after)]);
}
