import assert from 'node:assert/strict';
import { test } from 'node:test';
import { behaviour } from './support/behaviour.mjs';
import { useGateway } from './support/gateway.mjs';
import { useProxy } from './support/proxy.mjs';
import { comes, failureOf, listen, settle, useClients } from './support/realtime.mjs';
import { callback, Tap } from './support/tap.mjs';

const gateway = useGateway();
const proxy = useProxy(gateway);
const makeClient = useClients();
const large = [{ method: 'greaterThan', attribute: 'total', values: [100] }];

behaviour('subscribes', async () => {
  const client = makeClient(gateway.hubUrl);
  const { epoch, offset } = await client.send('chat:s', 'message');

  const subscription = await listen(client, ['chat:s', 'chat:t', 'chat:s']);

  assert.match(subscription.id, /^[\da-f]{12}$/);
  assert.deepEqual([subscription.channels, subscription.state], [['chat:s', 'chat:t'], 'subscribed']);
  assert.deepEqual([subscription.position('chat:s'), subscription.position('chat:none')], [{ epoch, offset }, undefined]);
  const refused = await failureOf(client.subscribe(['chat:s', 'team:blue:room']));
  assert.deepEqual([refused.name, refused.code], ['RealtimeError', 'permission_denied']);
  assert.equal(refused.message, "You may not read 'team:blue:room'.");
  assert.deepEqual((await comes(client, 'unsubscribed')).error, refused);

  await client.send('chat:s', 'message', { text: 'hello' });
  const { event, data } = await subscription.events.next();
  assert.deepEqual({ event, data }, { event: 'message', data: { text: 'hello' } });
  await client.reconnect();
  await settle(client);
  assert.deepEqual(subscription.events.take(), [], 'what was refused is not asked for again');
});

behaviour('ends-one-alone', async () => {
  const client = makeClient(gateway.hubUrl);
  const [gone, stays] = [await listen(client, ['chat:one', 'chat:two']), await listen(client, 'chat:one')];

  await gone.unsubscribe();
  await gone.unsubscribe();
  await client.send('chat:one', 'message', 1);
  await client.send('chat:two', 'message', 2);

  assert.equal((await stays.events.next()).data, 1);
  assert.deepEqual([gone.events.take(), gone.state, stays.state], [[], 'unsubscribed', 'subscribed']);
  assert.equal((await failureOf(gone.update({ channels: 'chat:one' }))).message, 'The subscription has ended.');
  await stays.unsubscribe();
  assert.equal((await client.members('chat:one')).count, 0, 'the gateway knows');
});

behaviour('updates-in-place', async () => {
  const [client, publisher] = [makeClient(gateway.hubUrl), makeClient(gateway.hubUrl)];
  const subscription = await listen(client, ['chat:kept', 'chat:left'], { events: ['a'] });
  let [published, isUpdated] = [0, false];
  const publishing = (async () => {
    for (let after = 0; after < 20; after += isUpdated ? 1 : 0) {
      await Promise.all(['a', 'b'].map((event) => publisher.send('chat:kept', event, published)));
      published++;
    }
  })();

  await subscription.events.next();
  await subscription.update({ channels: ['chat:kept', 'chat:new'], events: ['a', 'b'] });
  const from = published + 1;
  isUpdated = true;
  await publishing;
  await settle(client);

  const heard = subscription.events.take();
  const of = (name) => heard.filter(({ event }) => event === name).map(({ data }) => data);
  assert.deepEqual(of('a'), numbers(1, published), 'what stays wanted comes once and in order');
  assert.deepEqual(of('b').filter((n) => n >= from), numbers(from, published), 'what is wanted now comes');
  await publisher.send('chat:left', 'a');
  await publisher.send('chat:new', 'b');
  assert.equal((await subscription.events.next()).channel, 'chat:new');

  await subscription.update({ filter: large });
  await publisher.send('chat:new', 'b', { total: 1 });
  await publisher.send('chat:new', 'b', { total: 101 });
  assert.equal((await subscription.events.next()).data.total, 101);
  await subscription.update({ events: null, filter: null });
  await publisher.send('chat:new', 'c');
  assert.equal((await subscription.events.next()).event, 'c');
});

for (const [kind, channel] of [['history', 'chat:seam'], ['none', 'typing:chat:seam']]) {
  test(`What comes before the answer to an update may be for what it was, or for what it is now, in a channel with ${kind}`, async () => {
    const tap = new Tap();
    const client = makeClient(gateway.hubUrl, { protocol: tap });
    let before;
    tap.alter = (message) => {
      before ??= message.result?.key;
      return [message];
    };
    const subscription = await listen(client, channel, { events: ['a'] });
    const begin = subscription.position(channel);
    const at = (n) => begin && { ...begin, offset: begin.offset + n };
    const event = (n, key) => callback('event', { channel, event: 'a', data: n, id: `${n}`, sender: null, matched: [key], ...at(n) });
    // The gateway changes to the new interest at some moment, and says how far the channel is a moment later.
    tap.alter = (message) => {
      const { key, channels: [answer] } = message.result;
      const result = { ...message.result, channels: [{ ...answer, ...at(2) }] };
      return [event(1, before), event(2, key), { ...message, result }, event(3, key)];
    };

    await subscription.update({ events: ['a', 'b'] });

    assert.deepEqual((await subscription.events.nextOf(3)).map(({ data }) => data), [1, 2, 3]);
  });
}

test('An update that is refused changes nothing', async () => {
  const client = makeClient(gateway.hubUrl);
  const subscription = await listen(client, 'chat:same', { events: ['a'] });

  assert.equal((await failureOf(subscription.update({ channels: 'team:blue:room', events: ['b'] }))).code, 'permission_denied');

  assert.deepEqual([subscription.channels, subscription.state], [['chat:same'], 'subscribed']);
  await client.send('chat:same', 'b');
  await client.send('chat:same', 'a');
  assert.equal((await subscription.events.next()).event, 'a');
});

test('What comes before an update is refused is handed over, in the channels that it would have left, too', async () => {
  const tap = new Tap();
  const client = makeClient(gateway.hubUrl, { protocol: tap });
  const subscription = await listen(client, 'chat:stays', { events: ['a'] });
  let held;
  tap.alter = (message) => (message.error ? ((held = message), []) : [message]);
  const updated = failureOf(subscription.update({ channels: 'team:blue:room', events: ['b'] }));
  await client.send('chat:stays', 'a', 1);
  await settle(client);
  tap.alter = (message) => [held, message];
  await client.send('chat:stays', 'a', 2);

  assert.equal((await updated).code, 'permission_denied');
  assert.deepEqual((await subscription.events.nextOf(2)).map(({ data }) => data), [1, 2]);
  assert.deepEqual([subscription.channels, subscription.position('chat:stays').offset], [['chat:stays'], 2]);
});

test('A channel that is taken away while an update is refused ends the subscription that had no other', async () => {
  const tap = new Tap();
  const client = makeClient(gateway.hubUrl, { protocol: tap });
  const subscription = await listen(client, 'chat:taken');
  tap.alter = (message) => (message.error
    ? [callback('subscription', { channel: 'chat:taken', state: 'revoked', reason: 'permission_denied' }), message]
    : [message]);

  assert.equal((await failureOf(subscription.update({ channels: 'team:blue:room' }))).code, 'permission_denied');

  assert.deepEqual(await subscription.notices.next(), { type: 'revoked', channel: 'chat:taken', reason: 'permission_denied' });
  assert.deepEqual([subscription.channels, subscription.state], [[], 'unsubscribed']);
});

test('Updates that follow each other at once are made one after another', async () => {
  const client = makeClient(gateway.hubUrl);
  const subscription = await listen(client, 'chat:u1');

  const updates = ['chat:u2', 'team:blue:room', ['chat:u2', 'chat:u3']].map((channels) => subscription.update({ channels }));
  const [first, refused, last] = await Promise.allSettled(updates);

  assert.deepEqual([first.status, refused.status, last.status], ['fulfilled', 'rejected', 'fulfilled']);
  assert.deepEqual(subscription.channels, ['chat:u2', 'chat:u3']);
});

test('While there is no connection, an update waits for the next, and a subscription ends at once', async () => {
  const [client, other] = [makeClient(proxy.hubUrl), makeClient(gateway.hubUrl)];
  const [changed, ended] = [await listen(client, 'chat:before'), await listen(client, 'chat:before')];
  proxy.refuse();
  await comes(client, 'reconnecting');

  const updated = changed.update({ channels: ['chat:before', 'chat:after'] });
  await ended.unsubscribe();
  await other.send('chat:before', 'message', 'missed');
  proxy.pass();
  await updated;
  await other.send('chat:after', 'message', 'live');

  assert.deepEqual((await changed.events.nextOf(2)).map(({ data }) => data), ['missed', 'live']);
  assert.deepEqual(ended.events.take(), []);
});

test('A handler may end its own subscription, and hears nothing more', async () => {
  const client = makeClient(gateway.hubUrl);
  const heard = [];
  const subscription = await client.subscribe('chat:last', async (event) => {
    heard.push(event.data);
    await subscription.unsubscribe();
  });

  await Promise.all([1, 2, 3].map((n) => client.send('chat:last', 'message', n)));
  await comes(client, 'unsubscribed');

  assert.deepEqual(heard, [1]);
});

behaviour('chooses-the-subscription', async () => {
  const [client, publisher] = [makeClient(gateway.hubUrl), makeClient(gateway.hubUrl)];
  const paid = await listen(client, 'chat:orders', { events: ['order.*.paid'] });
  const big = await listen(client, 'chat:orders', { filter: large });
  const all = await listen(client, 'chat:orders');
  const paidToo = await listen(client, ['chat:orders', 'chat:other'], { events: ['order.*.paid'] });

  await publisher.send('chat:orders', 'order.1.paid', { total: 5 });
  await publisher.send('chat:orders', 'order.2.sent', { total: 500 });
  await publisher.send('chat:orders', 'order.3.sent', { total: 5 });
  await publisher.send('chat:orders', 'order.4.paid', { total: 500 });
  await settle(client);

  const names = ({ events }) => events.take().map(({ event }) => event.slice(6));
  assert.deepEqual(names(paid), ['1.paid', '4.paid']);
  assert.deepEqual(names(paidToo), ['1.paid', '4.paid']);
  assert.deepEqual(names(big), ['2.sent', '4.paid']);
  assert.deepEqual(names(all), ['1.paid', '2.sent', '3.sent', '4.paid']);
});

test('A subscription hears nothing that was published before it, though another one of the channel does', async () => {
  const [client, publisher] = [makeClient(gateway.hubUrl), makeClient(gateway.hubUrl)];
  const first = await listen(client, 'chat:shared');

  const sent = publisher.send('chat:shared', 'message', 'before');
  const [second] = await Promise.all([sent.then(() => listen(client, 'chat:shared'))]);
  await publisher.send('chat:shared', 'message', 'after');

  assert.deepEqual((await first.events.nextOf(2)).map(({ data }) => data), ['before', 'after']);
  assert.deepEqual((await second.events.next()).data, 'after');
});

behaviour('hides', async () => {
  const token = () => gateway.devToken('olga', { labels: ['observer'] });
  const [olga, ben] = [makeClient(gateway.hubUrl, { token }), makeClient(gateway.hubUrl)];
  const hidden = await listen(olga, 'chat:watched', { hidden: true });

  assert.equal((await ben.members('chat:watched')).count, 0);
  await ben.send('chat:watched', 'message', 'heard');
  assert.equal((await hidden.events.next()).data, 'heard');
  await olga.reconnect();
  await settle(olga);
  assert.equal((await ben.members('chat:watched')).count, 0, 'after a reconnect too');
  assert.equal((await failureOf(ben.subscribe('chat:watched', null, { hidden: true }))).code, 'permission_denied');
});

function numbers(from, to) {
  return Array.from({ length: to - from }, (_, index) => from + index);
}
