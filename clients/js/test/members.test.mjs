import assert from 'node:assert/strict';
import { test } from 'node:test';
import { behaviour } from './support/behaviour.mjs';
import { useGateway } from './support/gateway.mjs';
import { Inbox } from './support/inbox.mjs';
import { useProxy } from './support/proxy.mjs';
import { comes, failureOf, listen, settle, useClients } from './support/realtime.mjs';
import { asServer, serverKey } from './support/server.mjs';
import { callback, Tap } from './support/tap.mjs';

const gateway = useGateway(serverKey);
const proxy = useProxy(gateway);
const makeClient = useClients();
const idsOf = (members) => members.map(({ id }) => id);

function user(name, url = gateway.hubUrl, options = {}) {
  return makeClient(url, { token: () => gateway.devToken(name), ...options });
}

behaviour('lists-members', async () => {
  for (const name of ['ann', 'ben', 'cara']) {
    await listen(user(name), 'chat:listed');
  }
  const client = makeClient(gateway.hubUrl);

  const all = await client.members('chat:listed');
  const first = await client.members('chat:listed', { limit: 2 });
  const second = await client.members('chat:listed', { limit: 2, cursor: first.cursor });

  assert.deepEqual([all.count, idsOf(all.members), all.cursor], [3, ['user:ann', 'user:ben', 'user:cara'], undefined]);
  assert.deepEqual([first.count, second.count, second.cursor], [3, 3, undefined]);
  assert.deepEqual([...idsOf(first.members), ...idsOf(second.members)], ['user:ann', 'user:ben', 'user:cara']);
});

behaviour('keeps-who-is-here', async () => {
  const tap = new Tap();
  const client = user('zoe', proxy.hubUrl, { protocol: tap });
  const [ann, ben] = [user('ann'), user('ben')];
  await listen(client, 'chat:here');
  const annIsHere = await listen(ann, 'chat:here');
  const told = new Inbox('a change of the members');
  const presence = await client.presence('chat:here', (members, change) => told.add([idsOf(members), change?.type, change?.member.id]));
  assert.deepEqual([idsOf(presence.members), presence.count, presence.channel], [['user:ann', 'user:zoe'], 2, 'chat:here']);
  assert.deepEqual(await told.next(), [['user:ann', 'user:zoe'], undefined, undefined], 'loaded');

  const benIsHere = await listen(ben, 'chat:here');
  assert.deepEqual(await told.next(), [['user:ann', 'user:zoe', 'user:ben'], 'join', 'user:ben']);
  await ben.updateProfile({ mood: 'good' });
  assert.deepEqual((await told.next()).slice(1), ['update', 'user:ben']);
  assert.deepEqual(presence.members.find(({ id }) => id === 'user:ben').profile, { mood: 'good' });
  await annIsHere.unsubscribe();
  assert.deepEqual(await told.next(), [['user:zoe', 'user:ben'], 'leave', 'user:ann']);

  proxy.refuse();
  await comes(client, 'reconnecting');
  await benIsHere.unsubscribe();
  await listen(ann, 'chat:here');
  proxy.pass();
  assert.deepEqual(await told.next(), [['user:ann', 'user:zoe'], undefined, undefined], 'loaded again after a reconnect');

  const gap = callback('subscription', { channel: 'chat:here', state: 'gap', reason: 'presence' });
  tap.alter = (message) => [message.target === 'presence' ? gap : message];
  await listen(ben, 'chat:here');
  assert.deepEqual(await told.next(), [['user:ann', 'user:ben', 'user:zoe'], undefined, undefined], 'loaded again after a gap');
  tap.alter = (message) => [message];

  presence.close();
  await listen(user('dan'), 'chat:here');
  await settle(client);
  assert.deepEqual([told.take(), presence.count], [[], 3], 'closed, it changes no more');
});

test('The changes that come while the members are being listed count too', async () => {
  const tap = new Tap();
  const [client, ben] = [user('zoe', gateway.hubUrl, { protocol: tap }), user('ben')];
  await listen(client, 'chat:meanwhile');
  const benIsHere = await listen(ben, 'chat:meanwhile');
  const left = new Promise((resolve) => {
    tap.alter = (message) => {
      const isLeave = message.target === 'presence' && message.arguments[0].type === 'leave';
      setImmediate(() => isLeave && resolve());
      return [message];
    };
  });
  let page;
  const held = new Promise((resolve) => {
    const { alter } = tap;
    tap.alter = (message) => (message.result?.members && !page ? ((page = message), resolve(), []) : alter(message));
  });
  const loading = client.presence('chat:meanwhile');
  await held;
  await benIsHere.unsubscribe();
  await left;
  tap.alter = (message) => [page, message];
  await settle(client);

  assert.deepEqual(idsOf((await loading).members), ['user:zoe']);
});

test('The members of a channel that may not be seen are refused', async () => {
  assert.equal((await failureOf(makeClient(gateway.hubUrl).presence('team:blue:room'))).code, 'permission_denied');
});

behaviour('restores-its-profile', async () => {
  const [client, watcher] = [makeClient(proxy.hubUrl), makeClient(gateway.hubUrl)];
  await listen(watcher, ['chat:p1', 'chat:p2']);
  await listen(client, ['chat:p1', 'chat:p2']);
  const told = new Inbox('a change of the members');
  for (const channel of ['chat:p1', 'chat:p2']) {
    await watcher.presence(channel, (_, change) => change && told.add([channel, change.type, change.member.profile]));
  }

  await client.updateProfile({ name: 'Guest' });
  assert.deepEqual((await told.nextOf(2)).sort(), [['chat:p1', 'update', { name: 'Guest' }], ['chat:p2', 'update', { name: 'Guest' }]]);
  proxy.cut();

  const joins = [];
  while (joins.length < 2) {
    const [channel, type, profile] = await told.next();
    if (type === 'join') {
      joins.push([channel, profile]);
    }
  }
  assert.deepEqual(joins.sort(), [['chat:p1', { name: 'Guest' }], ['chat:p2', { name: 'Guest' }]], 'there from the first moment');
});

test('The profile of one user is not shown as that of another', async () => {
  let name = 'ann';
  const client = makeClient(gateway.hubUrl, { token: () => gateway.devToken(name) });
  await client.updateProfile({ name: 'Ann' });
  name = 'ben';

  await client.reconnect();
  await listen(client, 'chat:another');

  const { members } = await client.members('chat:another');
  assert.deepEqual(members.map(({ userId, profile }) => [userId, profile]), [['ben', null]]);
});

behaviour('hears-user-events', async () => {
  const [one, two, other] = [user('ann'), user('ann'), user('ben')];
  const heard = [one, two, other].map((client) => {
    const inbox = new Inbox('a user event');
    client.onUserEvent(inbox.add);
    return inbox;
  });
  await Promise.all([one, two, other].map((client) => client.connect()));

  await asServer(gateway, '/api/users/ann/events', { event: 'user:message', data: { n: 1 } });

  for (const inbox of heard.slice(0, 2)) {
    const { channel, event, data } = await inbox.next();
    assert.deepEqual({ channel, event, data }, { channel: '$user:ann', event: 'user:message', data: { n: 1 } });
  }
  await settle(other);
  assert.deepEqual(heard[2].take(), []);
});

for (const event of ['signin', 'signout', 'update', 'pwdchange', 'emailchange', 'phonechange', 'delete'].map((name) => `user:${name}`)) {
  test(`The user hears ${event}`, async () => {
    const client = user('ann');
    const heard = new Inbox('a user event');
    client.onUserEvent(heard.add);
    await client.connect();

    await asServer(gateway, '/api/users/ann/events', { event, data: { n: 1 } });

    const { channel, event: name, data } = await heard.next();
    assert.deepEqual({ channel, event: name, data }, { channel: '$user:ann', event, data: { n: 1 } });
  });
}

test('Who disconnects for good leaves the presence of the others', async () => {
  const [client, ann] = [user('zoe'), user('ann')];
  await listen(client, 'chat:leaving');
  await listen(ann, 'chat:leaving');
  const left = new Inbox('a member leaves');
  const presence = await client.presence('chat:leaving', (_, change) => change?.type === 'leave' && left.add(change.member.id));

  await ann.dispose();

  assert.equal(await left.next(), 'user:ann');
  assert.deepEqual(idsOf(presence.members), ['user:zoe']);
});

test('Broadcasts reach everybody, until the handler is taken away', async () => {
  const [client, other] = [makeClient(gateway.hubUrl), makeClient(gateway.hubUrl)];
  const heard = [client, other].map((listener) => {
    const inbox = new Inbox('a broadcast');
    return Object.assign(inbox, { off: listener.onBroadcast(inbox.add) });
  });
  await Promise.all([client.connect(), other.connect()]);

  await asServer(gateway, '/api/broadcast', { event: 'notice', data: 'first' });
  for (const inbox of heard) {
    assert.deepEqual(await inbox.next().then(({ channel, data }) => [channel, data]), ['$all', 'first']);
  }
  heard[0].off();
  await asServer(gateway, '/api/broadcast', { event: 'notice', data: 'second' });
  assert.equal((await heard[1].next()).data, 'second');
  await settle(client);
  assert.deepEqual(heard[0].take(), []);
});

behaviour('reads-history', async () => {
  const client = makeClient(gateway.hubUrl);
  for (let n = 1; n <= 5; n++) {
    await client.send('chat:kept', n % 2 ? 'odd' : 'even', n);
  }
  const numbers = async (options) => {
    const { publications, next } = await client.history('chat:kept', options);
    return [publications.map(({ data }) => data), next?.offset];
  };

  const { epoch, offset } = await client.history('chat:kept');
  assert.equal(offset, 5);
  assert.deepEqual(await numbers({}), [[1, 2, 3, 4, 5], undefined]);
  assert.deepEqual(await numbers({ since: { epoch, offset: 2 } }), [[3, 4, 5], undefined]);
  assert.deepEqual(await numbers({ since: { epoch, offset: 1 }, limit: 2 }), [[2, 3], 3]);
  assert.deepEqual(await numbers({ reverse: true, limit: 2 }), [[5, 4], 4]);
  assert.deepEqual(await numbers({ events: ['odd'], filter: [{ method: 'lessThan', attribute: 'n', values: [3] }] }), [[], undefined]);
  assert.deepEqual(await numbers({ events: ['odd'] }), [[1, 3, 5], undefined]);
  assert.equal((await failureOf(client.history('$all'))).code, 'history_disabled');
});
