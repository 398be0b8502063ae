import assert from 'node:assert/strict';
import { behaviour } from './support/behaviour.mjs';
import { useGateway } from './support/gateway.mjs';
import { inTime } from './support/inTime.mjs';
import { useProxy } from './support/proxy.mjs';
import { failureOf, listen, useClients } from './support/realtime.mjs';
import { Tap } from './support/tap.mjs';

const gateway = useGateway({
  Gateway__RateLimits__Subscribe__0__Permits: '3',
  Gateway__RateLimits__Subscribe__0__Window: '00:00:06',
  Gateway__RateLimits__Publish__0__Permits: '5',
  Gateway__RateLimits__Publish__0__Window: '00:00:10',
});
const proxy = useProxy(gateway);
const makeClient = useClients();

behaviour('waits-where-it-is-told-to', async () => {
  const tap = new Tap();
  const [client, publisher] = [makeClient(proxy.hubUrl, { protocol: tap }), makeClient(gateway.hubUrl)];
  const subscriptions = [await listen(client, 'chat:l1'), await listen(client, 'chat:l2'), await listen(client, 'chat:l3')];
  await publisher.send('chat:l1', 'message', 1);
  await subscriptions[0].events.next();
  await spendSubscribes(publisher); // The permits are those of the address, so of both.
  tap.calls.take();
  proxy.cut();

  // Three at once, and one more every two seconds.
  for (const { notices } of subscriptions) {
    assert.equal((await notices.next()).type, 'recovered');
  }

  const asked = tap.calls.take().filter(({ target }) => target === 'Subscribe').map(({ arguments: [{ channels }] }) => channels[0].channel);
  assert.deepEqual(asked.slice(0, 3), ['chat:l1', 'chat:l2', 'chat:l3'], 'all at once');
  assert.ok(asked.length > 3, 'those that were refused again');
  assert.ok(asked.length < 20, `after the time that they were told: they asked ${asked.length} times`);
  assert.deepEqual(subscriptions.map(({ state }) => state), ['subscribed', 'subscribed', 'subscribed']);
  const { retryAfter } = await spendSubscribes(client);
  assert.ok(retryAfter > 0, 'what nobody had yet is refused at once');
});

behaviour('refuses-with-a-code', async () => {
  const client = makeClient(gateway.hubUrl, { token: () => gateway.devToken('ann') });

  const denied = await failureOf(client.send('team:blue:room', 'message'));
  assert.deepEqual(
    [denied.name, denied.code, denied.message, denied.retryAfter, denied instanceof Error],
    ['RealtimeError', 'permission_denied', "You may not publish in 'team:blue:room'.", undefined, true],
  );
  assert.equal((await failureOf(client.members('*'))).code, 'invalid_channel');
  assert.equal((await failureOf(client.broadcast('notice'))).code, 'permission_denied');
  assert.equal((await failureOf(client.history('team:blue:room'))).code, 'permission_denied');

  const outcomes = await Promise.allSettled(Array.from({ length: 60 }, () => client.send('chat:lobby', 'message')));
  const limited = outcomes.at(-1).reason;
  assert.deepEqual([limited.code, limited.message], ['rate_limited', 'Publish is allowed 5 times in 00:00:10.']);
  // A permit comes back every 2 s, and a part of that may have passed since the first send.
  assert.ok(limited.retryAfter === 1 || limited.retryAfter === 2, `${limited.retryAfter}`);
});

/** Subscribes until no permit is left, however many came back meanwhile, and returns the refusal. */
async function spendSubscribes(client) {
  for (let n = 0; n < 10; n++) {
    const answered = client.subscribe(`chat:spent-${n}`).then(() => undefined, (error) => error);
    const refused = await inTime(answered, 'Subscribe is answered');
    if (refused) {
      assert.equal(refused.code, 'rate_limited');
      return refused;
    }
  }
  assert.fail('Ten times in a row, and none was refused.');
}
