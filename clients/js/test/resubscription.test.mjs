import assert from 'node:assert/strict';
import { test } from 'node:test';
import { behaviour } from './support/behaviour.mjs';
import { useGateway } from './support/gateway.mjs';
import { useProxy } from './support/proxy.mjs';
import { comes, failureOf, listen, settle, useClients } from './support/realtime.mjs';
import { asServer, serverKey } from './support/server.mjs';
import { callback, Tap } from './support/tap.mjs';

const gateway = useGateway(serverKey);
const proxy = useProxy(gateway);
const makeClient = useClients();
const paid = { events: ['order.*.paid'] };
const large = { filter: [{ method: 'greaterThan', attribute: 'total', values: [100] }] };
const dataOf = ({ data }) => data;

/** Cuts the client off while the rest is done. */
async function away(client, meanwhile) {
  proxy.refuse();
  await comes(client, 'reconnecting');
  await meanwhile();
  proxy.pass();
}

behaviour('recovers', async () => {
  const [client, publisher] = [makeClient(proxy.hubUrl), makeClient(gateway.hubUrl)];
  const subscription = await listen(client, ['chat:r1', 'chat:r2']);
  await publisher.send('chat:r1', 'message', 1);
  await subscription.events.next();

  await away(client, async () => {
    for (const n of [2, 3, 4]) {
      await publisher.send('chat:r1', 'message', n);
    }
  });
  let last = 4;
  const recovered = subscription.notices.nextOf(2);
  let isLive = false;
  recovered.then(() => (isLive = true));
  for (let after = 0; after < 5; after += isLive ? 1 : 0) {
    await publisher.send('chat:r1', 'message', ++last);
  }
  await settle(client);
  const heard = subscription.events.take();

  assert.deepEqual(heard.map(dataOf), Array.from({ length: last - 1 }, (_, index) => index + 2));
  assert.deepEqual(heard.slice(0, 3).map(({ replayed }) => replayed), [true, true, true]);
  const firstLive = heard.findIndex(({ replayed }) => !replayed);
  assert.ok(firstLive > 0 && heard.slice(firstLive).every(({ replayed }) => !replayed), 'nothing is replayed after something live');
  assert.deepEqual(await recovered, [{ type: 'recovered', channel: 'chat:r1' }, { type: 'recovered', channel: 'chat:r2' }]);
  assert.deepEqual(subscription.notices.take(), []);
});

behaviour('recovers-each-of-several', async () => {
  const [client, publisher] = [makeClient(proxy.hubUrl), makeClient(gateway.hubUrl)];
  const subscriptions = await Promise.all([paid, large, {}].map((options) => listen(client, 'chat:each', options)));

  await away(client, async () => {
    await publisher.send('chat:each', 'order.1.paid', { total: 5 });
    await publisher.send('chat:each', 'order.2.sent', { total: 500 });
    await publisher.send('chat:each', 'order.3.sent', { total: 5 });
    await publisher.send('chat:each', 'order.4.paid', { total: 500 });
  });
  for (const { notices } of subscriptions) {
    assert.deepEqual(await notices.next(), { type: 'recovered', channel: 'chat:each' });
  }
  await publisher.send('chat:each', 'order.5.paid', { total: 500 });
  await settle(client);

  const nameOf = ({ event, replayed }) => `${event.slice(6)}${replayed ? '' : ' live'}`;
  assert.deepEqual(subscriptions.map(({ events }) => events.take().map(nameOf)), [
    ['1.paid', '4.paid', '5.paid live'],
    ['2.sent', '4.paid', '5.paid live'],
    ['1.paid', '2.sent', '3.sent', '4.paid', '5.paid live'],
  ]);
});

test('What comes live while a second subscription reads what it missed comes after it, and once', async () => {
  const tap = new Tap();
  const [client, publisher] = [makeClient(proxy.hubUrl, { protocol: tap }), makeClient(gateway.hubUrl)];
  const [, second] = [await listen(client, 'chat:seam'), await listen(client, 'chat:seam', paid)];
  await away(client, async () => {
    for (let n = 0; n < 50; n++) {
      await publisher.send('chat:seam', `order.${n}.paid`, n);
    }
  });
  await tap.calls.nextWhere(({ target }) => target === 'GetHistory');
  for (let n = 50; n < 60; n++) {
    await publisher.send('chat:seam', `order.${n}.paid`, n);
  }

  assert.deepEqual((await second.events.nextOf(60)).map(dataOf), Array.from({ length: 60 }, (_, n) => n));
  await settle(client);
  assert.deepEqual(second.events.take(), []);
});

test('A subscription of a channel that is heard already begins where it is told to', async () => {
  const client = makeClient(gateway.hubUrl);
  const first = await client.send('chat:since', 'message', 1);
  await client.send('chat:since', 'message', 2);
  await listen(client, 'chat:since');
  const since = { epoch: first.epoch, offset: first.offset };

  const second = await listen(client, 'chat:since', { since });
  const other = await listen(client, ['chat:since', 'chat:else'], { since: { 'chat:since': since } });

  for (const { events, notices } of [second, other]) {
    assert.deepEqual(await events.next().then(({ data, replayed }) => [data, replayed]), [2, true]);
    assert.deepEqual(await notices.next(), { type: 'recovered', channel: 'chat:since' });
  }
  const wrong = await listen(client, 'chat:since', { since: { epoch: 'another', offset: 1 } });
  assert.deepEqual(await wrong.notices.next(), { type: 'notRecovered', channel: 'chat:since', reason: 'epoch_changed' });
  const ahead = await listen(client, 'chat:since', { since: { epoch: first.epoch, offset: 99 } });
  assert.deepEqual(await ahead.notices.next(), { type: 'notRecovered', channel: 'chat:since', reason: 'position_ahead' });
  await client.send('chat:since', 'message', 3);
  assert.deepEqual([await wrong.events.next(), await ahead.events.next()].map(dataOf), [3, 3], 'they go on from here');
});

test('An update while what was missed is being read loses nothing of it', async () => {
  const client = makeClient(gateway.hubUrl);
  const { epoch } = await client.send('chat:busy', 'order.1.paid', 1);
  await client.send('chat:busy', 'order.2.paid', 2);
  await listen(client, 'chat:busy');

  const second = await listen(client, 'chat:busy', { since: { epoch, offset: 0 }, ...paid });
  await second.update({ channels: ['chat:busy', 'chat:more'] });

  assert.deepEqual((await second.events.nextOf(2)).map(dataOf), [1, 2]);
  await settle(client);
  assert.deepEqual(second.events.take(), []);
});

behaviour('hands-each-position-once', async () => {
  const tap = new Tap();
  tap.alter = (message) => (message.target === 'event' ? [message, message] : [message]);
  const [client, publisher] = [makeClient(proxy.hubUrl, { protocol: tap }), makeClient(gateway.hubUrl)];
  const [first, second] = [await listen(client, 'chat:once'), await listen(client, 'chat:once')];
  await publisher.send('chat:once', 'message', 1);
  await away(client, () => publisher.send('chat:once', 'message', 2));
  await second.notices.next();
  await publisher.send('chat:once', 'message', 3);
  await settle(client);

  assert.deepEqual([first, second].map(({ events }) => events.take().map(dataOf)), [[1, 2, 3], [1, 2, 3]]);
});

behaviour('keeps-positions-it-is-told', async () => {
  const tap = new Tap();
  const [client, publisher] = [makeClient(proxy.hubUrl, { protocol: tap }), makeClient(gateway.hubUrl)];
  const subscription = await listen(client, 'chat:skipped', paid);
  const count = 150; // More than the channel keeps.
  const told = new Promise((resolve) => {
    tap.alter = (message) => {
      if (message.target === 'subscription' && message.arguments[0].offset === count) {
        setImmediate(resolve);
      }
      return [message];
    };
  });
  for (let n = 1; n <= count; n++) {
    await publisher.send('chat:skipped', 'order.1.sent');
  }
  await told;
  assert.equal(subscription.position('chat:skipped').offset, count);

  await away(client, () => publisher.send('chat:skipped', 'order.1.paid', 'missed'));

  assert.equal((await subscription.events.next()).data, 'missed');
  assert.deepEqual(await subscription.notices.next(), { type: 'recovered', channel: 'chat:skipped' });
});

behaviour('tells-what-is-not-recovered', async () => {
  const [client, publisher] = [makeClient(proxy.hubUrl), makeClient(gateway.hubUrl)];
  const [first, second] = [await listen(client, ['chat:full', 'chat:quiet']), await listen(client, 'chat:full', paid)];
  await away(client, async () => {
    for (let n = 0; n < 101; n++) {
      await publisher.send('chat:full', 'order.1.paid', n);
    }
  });

  const trimmed = { type: 'notRecovered', channel: 'chat:full', reason: 'trimmed' };
  assert.deepEqual(await first.notices.nextOf(2), [trimmed, { type: 'recovered', channel: 'chat:quiet' }]);
  assert.deepEqual(await second.notices.next(), trimmed, 'also where a filter leaves holes');
  await publisher.send('chat:full', 'order.1.paid', 'live');
  for (const { events } of [first, second]) {
    assert.deepEqual((await events.next()).data, 'live', 'nothing of it, and then what is live');
  }

  await publisher.pause();
  proxy.refuse();
  await comes(client, 'reconnecting');
  await gateway.stop();
  await gateway.start();
  proxy.pass();
  for (const { notices } of [first, second]) {
    assert.deepEqual(await notices.next(), { type: 'notRecovered', channel: 'chat:full', reason: 'epoch_changed' });
  }
  await makeClient(gateway.hubUrl).send('chat:full', 'order.1.paid', 'in the new epoch');
  assert.deepEqual([await first.events.next(), await second.events.next()].map(dataOf), ['in the new epoch', 'in the new epoch']);
});

behaviour('tells-gaps', async () => {
  const tap = new Tap();
  const [client, publisher] = [makeClient(proxy.hubUrl, { protocol: tap }), makeClient(gateway.hubUrl)];
  const [first, second] = [await listen(client, 'chat:gap'), await listen(client, ['chat:gap', 'chat:x'])];
  const other = await listen(client, 'chat:x');
  const { epoch } = first.position('chat:gap');
  // As if the gateway had lost what it should have handed out here: a node of many can, one alone does not.
  tap.alter = (message) => (message.target !== 'event' ? [message] : [
    callback('subscription', { channel: 'chat:gap', state: 'gap', reason: 'trimmed', epoch, offset: 2 }),
    callback('subscription', { channel: 'chat:gap', state: 'gap', reason: 'presence' }),
  ]);
  await publisher.send('chat:gap', 'message', 'lost');
  await publisher.send('chat:gap', 'message', 'lost');

  for (const { notices, events } of [first, second]) {
    assert.deepEqual(await notices.nextOf(2), [
      { type: 'gap', channel: 'chat:gap', reason: 'trimmed' },
      { type: 'gap', channel: 'chat:gap', reason: 'presence' },
    ]);
    assert.deepEqual(events.take(), []);
  }
  assert.deepEqual([first.position('chat:gap'), other.notices.take()], [{ epoch, offset: 2 }, []]);
  tap.alter = (message) => [message];
  await publisher.send('chat:gap', 'message', 3);
  assert.deepEqual((await first.events.next()).data, 3, 'what it is told of as lost is not asked for');
});

behaviour('tells-revocations', async () => {
  const tap = new Tap();
  const ann = makeClient(gateway.hubUrl, { protocol: tap, token: () => gateway.devToken('ann') });
  const [both, one] = [await listen(ann, ['chat:taken', 'chat:stays']), await listen(ann, 'chat:taken')];

  await asServer(gateway, '/api/users/ann/unsubscribe', { channels: ['chat:taken'] });

  const { type, channel, reason } = await both.notices.next();
  assert.deepEqual([type, channel, typeof reason], ['revoked', 'chat:taken', 'string']);
  assert.deepEqual(await one.notices.next(), { type, channel, reason });
  assert.deepEqual([both.channels, both.state, one.channels, one.state], [['chat:stays'], 'subscribed', [], 'unsubscribed']);
  tap.calls.take();
  await ann.reconnect();
  await ann.send('chat:stays', 'message', 'heard');
  assert.equal((await both.events.next()).data, 'heard');
  const asked = tap.calls.take().filter(({ target }) => target === 'Subscribe').flatMap(({ arguments: [request] }) => request.channels);
  assert.deepEqual(asked.map(({ channel: name }) => name), ['chat:stays']);
});

behaviour('tells-who-cannot-return', async () => {
  const teams = ['blue'];
  const ann = makeClient(gateway.hubUrl, { token: () => gateway.devToken('ann', { teams }) });
  const [team, chat] = [await listen(ann, ['team:blue:room', 'chat:return']), await listen(ann, 'chat:return')];
  teams.pop();

  await ann.reconnect();

  const { type, error } = await team.notices.next();
  assert.deepEqual([type, error.code, team.state], ['error', 'permission_denied', 'unsubscribed']);
  assert.deepEqual((await comes(ann, 'unsubscribed')).error, error);
  await ann.send('chat:return', 'message', 'heard');
  assert.equal((await chat.events.next()).data, 'heard');
  assert.deepEqual([chat.state, team.events.take()], ['subscribed', []]);
});

test('An error of the connection that is for good reaches each subscription, and connecting by hand brings it back', async () => {
  const [ann, publisher] = [makeClient(gateway.hubUrl, { token: () => gateway.devToken('ann') }), makeClient(gateway.hubUrl)];
  const subscriptions = [await listen(ann, 'chat:final'), await listen(ann, 'chat:final', paid)];

  await asServer(gateway, '/api/users/ann/disconnect');

  const { error } = await comes(ann, 'error');
  assert.equal(error.code, 'permission_denied');
  for (const { notices } of subscriptions) {
    assert.deepEqual(await notices.next(), { type: 'error', error });
  }
  await publisher.send('chat:final', 'order.1.paid', 'missed');
  await ann.connect();
  for (const { notices, events } of subscriptions) {
    assert.deepEqual(await notices.next(), { type: 'recovered', channel: 'chat:final' });
    assert.equal((await events.next()).data, 'missed');
  }
});

test('More than can be held back until it is subscribed is dropped, and told as a gap', async () => {
  const tap = new Tap();
  const client = makeClient(gateway.hubUrl, { protocol: tap });
  const channel = 'typing:chat:flood';
  const flood = Array.from({ length: 20_002 }, (_, n) => callback('event', { channel, event: 'a', data: n, id: `${n}`, sender: null }));
  tap.alter = (message) => (message.result?.key === null ? [...flood, message] : [message]);

  const subscription = await listen(client, channel);

  assert.deepEqual(subscription.notices.take(), [{ type: 'gap', channel, reason: 'slow' }]);
  assert.deepEqual(subscription.events.take().map(dataOf), [20_001], 'what comes after it is handed over');
});

behaviour('restores-nothing-where-told', async () => {
  const token = () => gateway.devToken('ann');
  const [client, watcher] = [makeClient(gateway.hubUrl, { restore: false, token }), makeClient(gateway.hubUrl)];
  const subscription = await listen(client, 'chat:forgotten');
  await client.updateProfile({ mood: 'good' });

  await client.reconnect();

  assert.deepEqual([subscription.state, (await comes(client, 'unsubscribed')).id], ['unsubscribed', subscription.id]);
  await listen(client, 'chat:anew');
  const { members } = await watcher.members('chat:anew');
  assert.deepEqual(members.map(({ userId, profile }) => [userId, profile]), [['ann', null]]);
  await watcher.send('chat:forgotten', 'message');
  await settle(client);
  assert.deepEqual(subscription.events.take(), []);
});

test('What waits for its first answer is asked for again where nothing else is restored', async () => {
  proxy.refuse();
  const client = makeClient(proxy.hubUrl, { restore: false });
  const subscribed = listen(client, 'chat:first');
  await client.states.nextWhere(({ attempt }) => attempt === 2);
  proxy.pass();

  const subscription = await subscribed;
  assert.equal(subscription.state, 'subscribed');
  proxy.cut();
  assert.equal((await failureOf(comes(client, 'unsubscribed').then(({ error }) => Promise.reject(error)))).code, 'unavailable');
});
