import assert from 'node:assert/strict';
import { test } from 'node:test';
import { behaviour } from './support/behaviour.mjs';
import { beforeItExpires } from './support/expiringToken.mjs';
import { useGateway } from './support/gateway.mjs';
import { holdTimers } from './support/heldTimers.mjs';
import { inTime } from './support/inTime.mjs';
import { useProxy } from './support/proxy.mjs';
import { comes, failureOf, listen, settle, useClients } from './support/realtime.mjs';
import { apiKey, serverKey } from './support/server.mjs';
import { callback, Tap } from './support/tap.mjs';

// Without leeway an expired token is refused at once, so that nothing here works because it is still accepted.
const gateway = useGateway({
  ...serverKey,
  Gateway__Auth__Jwt__ClockSkew: '00:00:00',
  Gateway__Auth__Jwt__MaxTokenLifetime: '40.00:00:00',
});
const proxy = useProxy(gateway);
const makeClient = useClients();
const room = 'team:blue:room';

/** A token function that notes what it gave. */
function tokensOf(...claims) {
  const given = [];
  const token = async () => {
    const next = claims[Math.min(given.length, claims.length - 1)];
    given.push(next && await gateway.devToken('ann', { teams: ['blue'], ...next }));
    return given.at(-1);
  };
  return { given, token };
}

/** The next token that the client shows on the connection that it has. */
async function nextShown(tap) {
  const { arguments: [token] } = await tap.calls.nextWhere(({ target }) => target === 'Authenticate');
  return token;
}

behaviour('asks-for-a-token-at-each-connect', async () => {
  const { given, token } = tokensOf({});
  const tap = new Tap();
  const client = makeClient(proxy.hubUrl, { token, protocol: tap });
  assert.deepEqual([given.length, client.userId], [0, null]);
  const subscription = await listen(client, room);
  assert.deepEqual([given.length, client.userId], [1, 'ann']);

  proxy.cut();
  await comes(client, 'reconnecting');
  await comes(client, 'connected');
  assert.equal(given.length, 2);
  await client.reconnect();
  assert.equal(given.length, 3);
  await client.send(room, 'message', 'still ann');
  assert.equal((await subscription.events.nextWhere(({ data }) => data === 'still ann')).sender.userId, 'ann');
});

behaviour('refreshes-its-token', async (context) => {
  const timers = holdTimers(context);
  const { given, token } = tokensOf({ expiresIn: 300 }, { expiresIn: 290 }, {}); // As many seconds could make the same token again.
  const tap = new Tap();
  const client = makeClient(gateway.hubUrl, { token, protocol: tap, transport: 'auto' });
  const subscription = await listen(client, room);
  const { connectionId } = client;

  const shown = [];
  while (shown.length < 2) {
    const { delay, act } = await timers.next();
    assert.ok(delay <= 240_000, `after ${delay} ms: a minute before it expires, or earlier`);
    act();
    shown.push(await nextShown(tap));
  }
  await client.send(room, 'message', 'with the third token');

  assert.deepEqual(shown, given.slice(1));
  assert.equal((await subscription.events.next()).sender.connectionId, connectionId);
  assert.deepEqual([subscription.notices.take(), client.userId, given.length], [[], 'ann', 3]);
  assert.deepEqual(client.lines, ['connecting', 'subscribing', 'connected', 'subscribed']);
});

behaviour('becomes-a-guest', async (context) => {
  const timers = holdTimers(context);
  const { token } = tokensOf({ expiresIn: 300 }, null);
  const client = makeClient(gateway.hubUrl, { token });
  const [team, chat] = [await listen(client, room), await listen(client, 'chat:lobby')];

  (await timers.next()).act();
  const { type, channel } = await team.notices.next();
  await client.send('chat:lobby', 'message');

  assert.deepEqual([type, channel, client.userId], ['revoked', room, null]);
  assert.equal((await chat.events.next()).sender.userId, null);
  assert.deepEqual([client.lines.filter((state) => state === 'connected').length, chat.state], [1, 'subscribed']);
});

behaviour('returns-with-a-new-token', async () => {
  const bob = makeClient(gateway.hubUrl, { token: () => gateway.devToken('bob', { teams: ['blue'] }) });
  await bob.connect();
  let renewed = () => Promise.reject(new Error('no net'));
  const [client, subscription] = await beforeItExpires(gateway, async (short) => {
    const ann = makeClient(gateway.hubUrl, { token: () => (ann.state === 'connecting' ? short : renewed()) });
    return [ann, await listen(ann, room)];
  });

  const { error } = await comes(client, 'reconnecting');
  await bob.send(room, 'message', 'missed');
  renewed = () => gateway.devToken('ann', { teams: ['blue'] });
  const { data, replayed } = await subscription.events.next();

  assert.deepEqual([error.code, data, replayed], ['token_expired', 'missed', true]);
  assert.deepEqual(await subscription.notices.next(), { type: 'recovered', channel: room }, 'and none of a revocation before it');
  assert.deepEqual([subscription.state, subscription.channels], ['subscribed', [room]]);
});

test('A token function that does not answer is given up and told, and asked again', async (context) => {
  const timers = holdTimers(context);
  const connectTimeout = 60_000;
  const { given, token } = tokensOf({ expiresIn: 300 }, {});
  const asked = [token, () => new Promise(() => {}), token];
  const tap = new Tap();
  const client = makeClient(gateway.hubUrl, { connectTimeout, protocol: tap, token: () => asked.shift()() });
  await client.connect();

  (await timers.nextWhere(({ delay }) => delay > connectTimeout)).act(); // The token is replaced.
  const { delay, act } = await timers.next();
  act();

  const { code, message } = await client.errors.next();
  assert.deepEqual([delay, code, message], [connectTimeout, 'unavailable', 'The token function took longer than 60000 ms.']);
  assert.equal(await nextShown(tap), given[1]);
});

for (const reason of ['token_expired', 'unauthenticated']) {
  test(`Where a channel is revoked as ${reason}, another token brings it back, and the same one or none does not`, async () => {
    let token = await gateway.devToken('ann', { teams: ['blue'], expiresIn: 600 });
    const tap = new Tap();
    const client = makeClient(gateway.hubUrl, { protocol: tap, token: () => token });
    const subscription = await listen(client, [room, 'chat:lobby']);
    const revoke = async (channel) => {
      tap.alter = (message) => [callback('subscription', { channel, state: 'revoked', reason }), message];
      await client.members('chat:nobody').catch(() => {}); // The connection may be replaced under it.
      tap.alter = (message) => [message];
    };
    token = await gateway.devToken('ann', { teams: ['blue'], expiresIn: 700 });

    await revoke(room);
    assert.equal((await comes(client, 'reconnecting')).error.code, reason);
    assert.deepEqual(await subscription.notices.nextOf(2), [room, 'chat:lobby'].map((channel) => ({ type: 'recovered', channel })));
    assert.deepEqual(subscription.channels, [room, 'chat:lobby']);

    await revoke(room);
    assert.deepEqual(await subscription.notices.next(), { type: 'revoked', channel: room, reason });
    token = null;
    await revoke('chat:lobby');
    assert.deepEqual(await subscription.notices.next(), { type: 'revoked', channel: 'chat:lobby', reason });
    assert.deepEqual([subscription.state, client.lines.filter((state) => state === 'connected').length], ['unsubscribed', 2]);
  });
}

test('Who connects by hand after a refusal may show two tokens again', async () => {
  let asked = 0;
  const client = makeClient(gateway.hubUrl, { token: () => (++asked < 4 ? 'wrong' : gateway.devToken('ann')) });
  assert.deepEqual([(await failureOf(client.connect())).code, client.state, asked], ['unauthenticated', 'error', 2]);

  await client.connect();

  assert.deepEqual([asked, client.userId], [4, 'ann']);
});

test('A token function that throws is told, and asked again', async () => {
  let asked = 0;
  const client = makeClient(gateway.hubUrl, {
    token: () => {
      if (++asked < 3) {
        throw new Error('no net');
      }
      return gateway.devToken('ann');
    },
  });

  await client.connect();

  assert.deepEqual((await client.errors.nextOf(2)).map(({ message }) => message), ['no net', 'no net']);
  assert.deepEqual([client.userId, asked], ['ann', 3]);
});

test('An API key comes in beside the token', async () => {
  const client = makeClient(gateway.hubUrl, { apiKey, transport: 'auto' });
  await client.connect();
  const wrong = makeClient(gateway.hubUrl, { apiKey: 'wrong' });
  await assert.rejects(inTime(wrong.connect(), 'it is refused'), { code: 'unauthenticated' });
});

test('A token that ends in a month is not replaced now', async () => {
  const { given, token } = tokensOf({ expiresIn: 30 * 24 * 3600 }); // More milliseconds than a timer can count.
  const client = makeClient(gateway.hubUrl, { token });

  await client.connect();
  await settle(client);
  await settle(client);

  assert.equal(given.length, 1);
});

for (const [clock, ahead] of [['ahead', 7_200_000], ['behind', -7_200_000]]) {
  test(`A clock that is two hours ${clock} does not keep the token from being replaced in time`, async (context) => {
    const timers = holdTimers(context);
    const { given, token } = tokensOf({ expiresIn: 300 }, {});
    const tap = new Tap();
    const client = makeClient(gateway.hubUrl, { token, protocol: tap });
    context.mock.timers.enable({ apis: ['Date'], now: Date.now() + ahead });
    const subscription = await listen(client, room);

    const { delay, act } = await timers.next();
    act();
    await nextShown(tap);
    await settle(client);

    assert.ok(delay <= 240_000, `after ${delay} ms: a minute before it expires, or earlier`);
    assert.deepEqual([given.length, subscription.notices.take(), client.errors.take()], [2, [], []]);
  });
}
