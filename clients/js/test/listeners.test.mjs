import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { behaviour } from './support/behaviour.mjs';
import { useGateway } from './support/gateway.mjs';
import { comes, listen, settle, useClients } from './support/realtime.mjs';

const gateway = useGateway();
const makeClient = useClients();

behaviour('calls-its-listeners', async () => {
  const client = makeClient(gateway.hubUrl);
  const subscription = await client.subscribe('chat:l');
  const heard = [];
  const note = (name) => ({ data }) => heard.push(`${name} ${data}`);
  const [named, any, twice] = [note('named'), note('any'), note('twice')];
  subscription.once('a', note('once'));
  const offNamed = subscription.on('a', named);
  subscription.onAny(any);
  subscription.on('a', twice);
  const offTwice = subscription.on('a', twice);
  assert.deepEqual(['a', 'b', undefined].map((name) => subscription.listeners(name).length), [4, 0, 1]);
  assert.equal(subscription.listeners('a')[1], named);

  await client.send('chat:l', 'a', 1);
  await client.send('chat:l', 'b', 2);
  await settle(client);
  assert.deepEqual(heard.splice(0), ['once 1', 'named 1', 'twice 1', 'twice 1', 'any 1', 'any 2']);
  assert.equal(subscription.listeners('a').length, 3, 'once is over');

  offNamed();
  offTwice();
  subscription.offAny(any);
  await client.send('chat:l', 'a', 3);
  await settle(client);
  assert.deepEqual(heard.splice(0), ['twice 3'], 'each takes away its own');

  subscription.on('a', twice);
  subscription.onAny(any);
  subscription.off('a', twice);
  subscription.offAny();
  await client.send('chat:l', 'a', 4);
  await settle(client);
  assert.deepEqual([heard, subscription.listeners('a'), subscription.listeners()], [[], [], []]);
  subscription.on('a', any);
  subscription.off('a');
  assert.deepEqual(subscription.listeners('a'), []);
});

test('The listeners of the client can be taken away, by name or by what adding them gave', async () => {
  const client = makeClient(gateway.hubUrl);
  const heard = [];
  const [first, second] = [({ state }) => heard.push(`first ${state}`), ({ state }) => heard.push(`second ${state}`)];
  client.on('state', first);
  const off = client.on('state', second);

  await client.connect();
  client.off('state', first);
  off();
  await client.pause();

  assert.deepEqual(heard, ['first connecting', 'second connecting', 'first connected', 'second connected']);
});

behaviour('outlives-its-handlers', async () => {
  const client = makeClient(gateway.hubUrl);
  const [thrown, rejected] = [new Error('thrown'), new Error('rejected')];
  const throwing = await listen(client, 'chat:h');
  throwing.on('message', () => {
    throw thrown;
  });
  throwing.on('message', () => Promise.reject(rejected));
  client.on('state', () => {
    throw thrown;
  });
  client.onUserEvent(() => {});
  const other = await listen(client, 'chat:h');
  assert.deepEqual(new Set(await client.errors.nextOf(2)), new Set([thrown]), 'of the listener of states, twice');

  await client.send('chat:h', 'message', 1);
  await client.send('chat:h', 'message', 2);

  for (const { events } of [throwing, other]) {
    assert.deepEqual((await events.nextOf(2)).map(({ data }) => data), [1, 2]);
  }
  assert.deepEqual(new Set(await client.errors.nextOf(4)), new Set([thrown, rejected]));
  assert.equal(client.state, 'connected');
});

test('Without a listener for errors they are written to the console', async (context) => {
  const written = mock.method(console, 'error', () => {});
  context.after(() => written.mock.restore());
  const client = makeClient(gateway.hubUrl);
  client.off('error', client.errors.add);
  const thrown = new Error('thrown');
  await client.subscribe('chat:c', () => {
    throw thrown;
  });

  await client.send('chat:c', 'message');
  await settle(client);

  assert.deepEqual(written.mock.calls.map((call) => call.arguments), [[thrown]]);
});

test('A listener may use the client: what it asks for is done once', async () => {
  const client = makeClient(gateway.hubUrl);
  const subscribed = new Promise((resolve, reject) => {
    client.on('state', ({ state }) => state === 'connected' && listen(client, 'chat:inside').then(resolve, reject));
  });
  await client.connect();
  const subscription = await subscribed;
  await client.send('chat:inside', 'message', 1);
  assert.equal((await subscription.events.next()).data, 1);
  assert.equal(client.lines.filter((state) => state === 'subscribed').length, 1);

  const paused = new Promise((resolve) => client.on('state', ({ state }) => state === 'reconnecting' && client.pause().then(resolve)));
  client.reconnect().catch(() => {}); // The pause comes in between; it ends with the test.
  await paused;
  assert.equal((await comes(client, 'disconnected')).state, 'disconnected');
  assert.equal(client.state, 'disconnected');
});
