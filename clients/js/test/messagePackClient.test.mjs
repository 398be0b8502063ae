import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MessagePackHubProtocol } from '@microsoft/signalr-protocol-msgpack';
import { behaviour } from './support/behaviour.mjs';
import { useGateway } from './support/gateway.mjs';
import { useProxy } from './support/proxy.mjs';
import { comes, failureOf, listen, useClients } from './support/realtime.mjs';

const gateway = useGateway();
const proxy = useProxy(gateway);
const makeClient = useClients();

behaviour('speaks-messagepack', async () => {
  const [packed, plain] = [makeClient(proxy.hubUrl, { protocol: new MessagePackHubProtocol() }), makeClient(gateway.hubUrl)];
  const filter = [{ method: 'greaterThan', attribute: 'n', values: [0] }];
  const [ofPacked, ofPlain] = [await listen(packed, 'chat:packed'), await listen(plain, 'chat:packed')];
  const filtered = await listen(packed, 'chat:packed', { filter });
  const object = { n: 1, text: 'Grüße, 世界 🌍', list: [true, false, null, 1.5, -7, 2 ** 40], nested: { deep: [{}] } };
  const values = [object, 'text', 42, null, [], false];

  const acknowledged = [];
  for (const [index, value] of values.entries()) {
    acknowledged.push(await (index % 2 ? plain : packed).send('chat:packed', 'message', value));
  }

  for (const { events } of [ofPacked, ofPlain]) {
    const heard = await events.nextOf(values.length);
    assert.deepEqual(heard.map(({ data }) => data), values);
    assert.deepEqual(heard.map(placeOf), acknowledged.map(placeOf));
    assert.deepEqual(heard[1].sender, { userId: null, connectionId: plain.connectionId });
    assert.match(heard[0].time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
  }
  assert.deepEqual((await filtered.events.next()).data, values[0]);

  await packed.updateProfile({ name: 'Packed' });
  const { count, members } = await packed.members('chat:packed');
  assert.deepEqual([count, members.map(({ profile }) => profile).filter(Boolean)], [2, [{ name: 'Packed' }]]);
  assert.equal((await packed.history('chat:packed', { limit: 3 })).publications.length, 3);
  const refused = await failureOf(packed.subscribe('team:blue:room'));
  assert.deepEqual([refused.code, refused.message], ['permission_denied', "You may not read 'team:blue:room'."]);

  proxy.refuse();
  await comes(packed, 'reconnecting');
  await plain.send('chat:packed', 'message', { n: 2 });
  proxy.pass();
  for (const { events } of [ofPacked, filtered]) {
    assert.deepEqual(await events.next().then(({ data, replayed }) => [data, replayed]), [{ n: 2 }, true]);
  }
});

test('Bytes arrive as base64, by whatever protocol they are heard', async () => {
  const [packed, plain] = [makeClient(gateway.hubUrl, { protocol: new MessagePackHubProtocol() }), makeClient(gateway.hubUrl)];
  const subscriptions = [await listen(packed, 'chat:bytes'), await listen(plain, 'chat:bytes')];
  const bytes = Uint8Array.from({ length: 256 }, (_, n) => n);

  await packed.send('chat:bytes', 'message', { bytes });

  for (const { events } of subscriptions) {
    assert.deepEqual((await events.next()).data, { bytes: Buffer.from(bytes).toString('base64') });
  }
});

function placeOf({ id, epoch, offset }) {
  return { id, epoch, offset };
}
