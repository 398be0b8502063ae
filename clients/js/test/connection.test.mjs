import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mock, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { behaviour } from './support/behaviour.mjs';
import { useGateway } from './support/gateway.mjs';
import { holdTimers } from './support/heldTimers.mjs';
import { inTime } from './support/inTime.mjs';
import { useProxy } from './support/proxy.mjs';
import { comes, failureOf, listen, settle, useClients } from './support/realtime.mjs';
import { asServer, serverKey } from './support/server.mjs';
import { Tap } from './support/tap.mjs';

const gateway = useGateway(serverKey);
const proxy = useProxy(gateway);
const makeClient = useClients();

behaviour('connects-on-first-use', async () => {
  const [caller, subscriber, byHand] = [makeClient(gateway.hubUrl), makeClient(gateway.hubUrl), makeClient(gateway.hubUrl)];
  assert.deepEqual([caller.state, subscriber.state, byHand.state], ['disconnected', 'disconnected', 'disconnected']);

  assert.equal((await caller.members('chat:first')).count, 0);
  await listen(subscriber, 'chat:first');
  const connected = byHand.connected();
  await byHand.connect();
  await inTime(connected, 'who waits for the connection has it');
  await byHand.connect();

  assert.deepEqual([caller.state, subscriber.state, byHand.state], ['connected', 'connected', 'connected']);
  assert.deepEqual(byHand.lines, ['connecting', 'connected'], 'connecting again does nothing');
});

behaviour('names-its-connection', async () => {
  const negotiated = makeClient(gateway.hubUrl, { transport: 'auto' });
  assert.equal(negotiated.connectionId, null);
  await negotiated.connect();
  const { connectionId } = negotiated;
  assert.equal((await negotiated.states.nextWhere(({ state }) => state === 'connected')).connectionId, connectionId);
  const heard = await listen(negotiated, 'chat:named');
  await negotiated.send('chat:named', 'message');
  assert.equal((await heard.events.next()).sender.connectionId, connectionId);

  const plain = makeClient(gateway.hubUrl);
  const echoes = await listen(plain, 'chat:named');
  assert.equal(plain.connectionId, null, 'not told without negotiation');
  await plain.send('chat:named', 'message');
  assert.equal(plain.connectionId, (await echoes.events.next()).sender.connectionId, 'but learnt from the first echo');
  assert.notEqual(plain.connectionId, connectionId);

  await Promise.all([negotiated.pause(), plain.pause()]);
  assert.deepEqual([negotiated.connectionId, plain.connectionId], [null, null]);
});

behaviour('tells-each-state', async () => {
  const client = makeClient(proxy.hubUrl);
  const first = await listen(client, ['chat:a', 'chat:b']);
  assert.deepEqual(client.states.take(), [
    { state: 'connecting', attempt: 0, delay: 0 },
    { state: 'subscribing', id: first.id, channels: ['chat:a', 'chat:b'] },
    { state: 'connected', connectionId: null },
    { state: 'subscribed', id: first.id, channels: ['chat:a', 'chat:b'] },
  ]);
  assert.deepEqual([client.state, first.state], ['connected', 'subscribed']);

  proxy.cut();
  const lost = await client.states.next();
  assert.deepEqual([lost.state, lost.attempt, lost.error.code, typeof lost.delay], ['reconnecting', 1, 'unavailable', 'number']);
  assert.equal(client.state, 'reconnecting');
  assert.deepEqual((await client.states.nextOf(3)).map(({ state }) => state), ['connected', 'subscribing', 'subscribed']);

  await first.unsubscribe();
  await client.pause();
  await client.dispose();
  const ending = ['unsubscribing', 'unsubscribed', 'disconnected', 'disposing', 'disconnected'];
  assert.deepEqual(client.states.take().map(({ state }) => state), ending);
  assert.deepEqual([client.state, first.state], ['disconnected', 'unsubscribed']);
});

behaviour('retries-the-first-start', async () => {
  proxy.refuse();
  const client = makeClient(proxy.hubUrl);
  const subscribed = listen(client, 'chat:late');
  await client.states.nextWhere(({ state, attempt }) => state === 'connecting' && attempt === 3);

  proxy.pass();

  assert.equal((await subscribed).state, 'subscribed');
  assert.equal(client.state, 'connected');
});

behaviour('spreads-its-attempts', async () => {
  const delays = async (client) => {
    const attempts = await client.states.nextOf(8);
    assert.deepEqual(attempts.map(({ attempt }) => attempt), [0, 1, 2, 3, 4, 5, 6, 7]);
    return attempts.map(({ delay }) => delay);
  };
  const connect = () => {
    const client = makeClient(proxy.hubUrl, { reconnectDelay: { base: 2, max: 20 } });
    client.connect().catch(() => {}); // It is disposed of while it tries.
    return client;
  };
  proxy.refuse();

  const [ann, bob] = await Promise.all([delays(connect()), delays(connect())]);
  mock.method(Math, 'random', () => 0.5);
  const halfway = await delays(connect());
  mock.restoreAll();
  proxy.pass();

  assert.deepEqual(halfway, [0, 1, 2, 4, 8, 10, 10, 10], 'half of the bounds, which grow up to the last');
  for (const [index, bound] of [0, 2, 4, 8, 16, 20, 20, 20].entries()) {
    assert.ok(ann[index] <= bound && bob[index] <= bound, `${ann[index]} and ${bob[index]} are at most ${bound}`);
  }
  assert.notDeepEqual(ann, bob, 'two clients do not come back in the same moments');
});

behaviour('gives-up-after-its-attempts', async () => {
  const client = makeClient(proxy.hubUrl, { retryAttempts: 2 });
  await client.connect();
  client.states.take();

  for (const round of ['the first', 'the count begins anew']) {
    proxy.refuse();
    assert.deepEqual((await client.states.nextOf(2)).map(({ attempt }) => attempt), [1, 2], round);
    const { state, error } = await client.states.next();
    assert.deepEqual([state, error.code, client.state], ['error', 'unavailable', 'error']);
    const { attempts } = proxy;
    assert.equal(await failureOf(client.members('chat:lobby')), error, 'what is called now is told why');
    assert.equal(await failureOf(client.send('chat:lobby', 'message')), error);
    assert.equal(proxy.attempts, attempts, 'nothing is tried any more');
    proxy.pass();
    await client.reconnect();
    client.states.take();
  }

  proxy.cut();
  await comes(client, 'connected');
  assert.equal((await client.members('chat:nobody')).count, 0, 'one that succeeds is as good as the first');
});

behaviour('stays-away-where-told', async () => {
  const client = makeClient(proxy.hubUrl, { autoReconnect: false });
  const subscription = await listen(client, 'chat:away');
  const { attempts } = proxy;

  proxy.cut();
  const { error } = await comes(client, 'disconnected');
  const other = makeClient(gateway.hubUrl);
  await other.send('chat:away', 'message', 'missed');

  assert.deepEqual([error.code, client.state, proxy.attempts], ['unavailable', 'disconnected', attempts]);
  await client.reconnect();
  assert.equal((await subscription.events.next()).data, 'missed');
});

behaviour('reconnects-by-hand', async () => {
  const [client, other] = [makeClient(proxy.hubUrl, { reconnectDelay: { base: 3_600_000, max: 3_600_000 } }), makeClient(gateway.hubUrl)];
  const subscription = await listen(client, 'chat:by-hand');
  proxy.refuse();
  await comes(client, 'reconnecting');
  await other.send('chat:by-hand', 'message', 'missed');
  proxy.pass();

  await inTime(client.reconnect(), 'it does not wait for the hour');
  assert.equal((await subscription.events.next()).data, 'missed');
  assert.equal(client.state, 'connected');

  const { attempts } = proxy;
  await client.reconnect();
  assert.equal(proxy.attempts, attempts + 1, 'a good connection is replaced too');
});

behaviour('takes-a-refusal-as-final', async () => {
  let asked = 0;
  const wrong = makeClient(proxy.hubUrl, { token: () => `nonsense ${++asked}` });
  assert.equal((await failureOf(wrong.connect())).code, 'unauthenticated');
  assert.deepEqual([wrong.state, asked], ['error', 2], 'another token is asked for once');

  const ann = makeClient(gateway.hubUrl, { token: () => gateway.devToken('ann') });
  await ann.connect();
  await asServer(gateway, '/api/users/ann/disconnect');
  const { error } = await comes(ann, 'error');
  assert.deepEqual([error.code, ann.state], ['permission_denied', 'error'], 'a close that is for good');
  assert.deepEqual(ann.lines, ['connecting', 'connected', 'error']);
});

behaviour('notices-silence', async (context) => {
  const timers = holdTimers(context);
  const client = makeClient(proxy.hubUrl, { serverTimeout: 60_000 });
  const subscription = await listen(client, 'chat:silent');
  proxy.stall();
  await makeClient(gateway.hubUrl).send('chat:silent', 'message', 'unheard');
  assert.equal(client.state, 'connected');

  const { delay, act } = timers.take().at(-1); // Whatever comes sets it anew: the last one counts.
  act();
  await comes(client, 'reconnecting');
  proxy.pass();

  assert.equal(delay, 60_000);
  assert.equal((await subscription.events.next()).data, 'unheard');
});

test('A connection that is closed without a reason is made anew', async () => {
  const client = makeClient(proxy.hubUrl);
  await client.connect();
  client.states.take();

  proxy.close();

  const told = (await client.states.nextOf(2)).map(({ state, error }) => [state, error]);
  assert.deepEqual(told, [['reconnecting', undefined], ['connected', undefined]]);
});

test('A gateway that stops tells its clients to come back, and they do', async () => {
  const client = makeClient(proxy.hubUrl);
  const subscription = await listen(client, 'chat:drained');

  await gateway.stop();
  const { error } = await comes(client, 'reconnecting');
  await gateway.start();
  await comes(client, 'connected');

  assert.deepEqual([error.code, error.message], ['unavailable', 'The gateway is stopping; connect again.']);
  await client.send('chat:drained', 'message', 'again');
  assert.equal((await subscription.events.next()).data, 'again');
});

test('An attempt that nothing answers is given up too, and its connection is closed', async (context) => {
  const timers = holdTimers(context);
  proxy.cut();
  proxy.stall();
  const { attempts } = proxy;
  const client = makeClient(proxy.hubUrl, { connectTimeout: 60_000 });
  const connected = client.connect();
  for (const attempt of [1, 2, 3]) {
    await proxy.until(() => proxy.attempts === attempts + attempt && proxy.open === 1, 'this connection is open, and none before it');
    const { delay, act } = await timers.next();
    act();
    const { error } = await client.states.nextWhere((change) => change.attempt === attempt);
    assert.deepEqual([delay, error.code], [60_000, 'unavailable']);
  }

  proxy.pass();
  await inTime(connected, 'the client connects');
});

behaviour('changes-its-ping-interval', async () => {
  const tap = new Tap();
  const client = makeClient(gateway.hubUrl, { protocol: tap, pingInterval: 30 });
  await client.connect();
  assert.equal(client.pingInterval, 30);
  const apart = async () => {
    const times = await tap.pings.nextOf(5);
    return times.slice(1).map((time, index) => time - times[index]);
  };

  // The gateway says nothing for 15 s, and waits for no ping.
  tap.pings.take();
  const fast = await apart();
  assert.ok(fast.every((time) => time >= 29), `${fast} are at least 30 ms`);
  client.pingInterval = 90;
  tap.pings.take();
  const slower = await apart();
  assert.ok(slower.every((time) => time >= 89), `${slower} are at least 90 ms`);
  assert.equal(client.pingInterval, 90);
});

test('A page whose timers are held back pings when something comes', async (context) => {
  const tap = new Tap();
  const client = makeClient(gateway.hubUrl, { protocol: tap });
  await client.connect();
  const { mock: held } = context.mock.method(globalThis, 'setTimeout', () => undefined); // The timer that is set now never comes.
  client.pingInterval = 20;
  held.restore();
  tap.pings.take();
  const from = performance.now();

  while (performance.now() - from < 100) {
    await settle(client);
  }

  assert.ok(tap.pings.take().length > 0);
});

behaviour('pauses', async () => {
  const [client, other] = [makeClient(gateway.hubUrl), makeClient(gateway.hubUrl)];
  const subscription = await listen(client, 'chat:paused');
  await other.send('chat:paused', 'message', 1);
  assert.equal((await subscription.events.next()).data, 1);

  await client.pause();
  assert.equal(client.state, 'disconnected');
  await other.send('chat:paused', 'message', 2);
  const waiting = client.members('chat:nobody');
  assert.deepEqual([client.state, subscription.events.take()], ['disconnected', []], 'a call does not wake it');
  await client.resume();

  assert.deepEqual(await subscription.events.next().then(({ data, replayed }) => ({ data, replayed })), { data: 2, replayed: true });
  assert.equal((await waiting).count, 0);
});

test('A pause ends the wait for the next attempt', async () => {
  const client = makeClient(proxy.hubUrl, { reconnectDelay: { base: 3_600_000, max: 3_600_000 } });
  await client.connect();
  proxy.refuse();
  await comes(client, 'reconnecting');

  await client.pause();
  proxy.pass();

  await inTime(client.resume(), 'it connects at once');
});

behaviour('disposes', async () => {
  proxy.refuse();
  const client = makeClient(proxy.hubUrl);
  const calls = [client.connect(), client.subscribe('chat:lobby'), client.members('chat:lobby'), client.send('chat:lobby', 'message')];
  const waiting = calls.map(failureOf);
  await comes(client, 'connecting');

  await client.dispose();
  await client.dispose();

  for (const { code, message } of await Promise.all(waiting)) {
    assert.deepEqual([code, message], ['unavailable', 'This client has been disposed.']);
  }
  for (const method of ['connect', 'connected', 'pause', 'resume', 'reconnect']) {
    assert.equal((await failureOf(client[method]())).message, 'This client has been disposed.', method);
  }
  for (const method of ['subscribe', 'send', 'broadcast', 'members', 'history', 'presence', 'updateProfile']) {
    assert.equal((await failureOf(client[method]('chat:lobby'))).message, 'This client has been disposed.', method);
  }
  proxy.pass();
});

for (const [when, arrange, script] of [
  ['connected', () => proxy.pass(), 'await rt.subscribe("chat:lobby"); await rt.presence("chat:lobby");'],
  [
    'waiting for the next attempt',
    () => proxy.refuse(),
    'rt.connect().catch(() => {}); await new Promise((done) => rt.on("state", (s) => s.attempt === 2 && done()));',
  ],
  ['connecting to something that does not answer', () => proxy.stall(), 'rt.connect().catch(() => {}); await new Promise(setImmediate);'],
]) {
  test(`A program ends when its client is disposed of while ${when}`, async () => {
    proxy.cut();
    arrange();
    const code = `import { RealtimeClient } from "realtime-gateway";
      const rt = new RealtimeClient("${proxy.hubUrl}", { reconnectDelay: { base: 1, max: 1 } });
      ${script} await rt.dispose();`;
    const folder = fileURLToPath(new URL('..', import.meta.url));
    const options = { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] };
    const program = spawn(process.execPath, ['--input-type=module', '--eval', code], options);

    assert.deepEqual(await inTime(once(program, 'exit'), 'the program ends'), [0, null]);
    proxy.pass();
  });
}
