import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useGateway } from './support/gateway.mjs';
import { useProxy } from './support/proxy.mjs';
import { comes, listen, useClients } from './support/realtime.mjs';

// More history than is published here, so that nothing is out of reach however slow the machine is.
const gateway = useGateway({
  Gateway__Channels__0__Pattern: 'chat:*',
  Gateway__Channels__0__Read__0: 'any',
  Gateway__Channels__0__Write__0: 'any',
  Gateway__Channels__0__History__Size: '1000',
  Gateway__Channels__0__History__Ttl: '00:10:00',
  Gateway__Channels__1__Pattern: '$all',
  Gateway__Channels__1__History__Size: '100',
  Gateway__Channels__1__History__Ttl: '00:10:00',
  Gateway__Broadcast__0: 'any',
});
const proxy = useProxy(gateway);
const makeClient = useClients();

test('Cut again and again, at any moment, every subscription is handed all that is for it, in order and once', async () => {
  const [client, publisher] = [makeClient(proxy.hubUrl, { token: () => gateway.devToken('ann') }), makeClient(gateway.hubUrl)];
  const names = ['odd', 'even'];
  const subscriptions = [
    await listen(client, 'chat:storm'),
    await listen(client, ['chat:storm', 'chat:calm'], { events: ['odd'] }),
    await listen(client, 'chat:storm', { events: ['even'] }),
    await listen(client, 'chat:storm', { filter: [{ method: 'contains', attribute: 'digits', values: ['7'] }] }),
  ];
  const count = 600;
  const own = [];
  for (let n = 0; n < count; n++) {
    await publisher.send('chat:storm', names[(n + 1) % 2], { n, digits: String(n) });
    if (n % 10 === 0) {
      own.push(client.send('chat:calm', 'odd', { n }));
    }
    if (n % 23 === 0) {
      proxy.cut();
    }
  }
  const acknowledged = await Promise.all(own);
  await client.connected();
  await publisher.send('chat:storm', 'odd', { n: 'the last one', digits: '7' });
  await publisher.send('chat:storm', 'even', { n: 'the last one', digits: '7' });

  const all = Array.from({ length: count }, (_, n) => n);
  const choices = [() => true, (n) => n % 2, (n) => n % 2 === 0, (n) => String(n).includes('7')];
  for (const [index, isWanted] of choices.entries()) {
    const heard = [];
    for (let event; event?.data.n !== 'the last one'; ) {
      event = await subscriptions[index].events.next();
      heard.push(event);
    }
    const published = heard.slice(0, -1).filter(({ channel }) => channel === 'chat:storm').map(({ data }) => data.n);
    assert.deepEqual(published, all.filter(isWanted), `subscription ${index}`);
    assert.deepEqual(subscriptions[index].notices.take().filter(({ type }) => type !== 'recovered'), []);
  }
  assert.equal(new Set(acknowledged.map(({ offset }) => offset)).size, own.length);
  const { publications } = await client.history('chat:calm');
  assert.deepEqual(publications.map(({ data }) => data.n), all.filter((n) => n % 10 === 0), 'each of its own sends once, in order');
});

test('Broadcasts that were missed come too, where they are subscribed to and kept', async () => {
  const [client, other] = [makeClient(proxy.hubUrl), makeClient(gateway.hubUrl)];
  const { events, notices } = await listen(client, '$all');
  await other.broadcast('notice', 1);
  assert.equal((await events.next()).data, 1);
  proxy.refuse();
  await comes(client, 'reconnecting');
  await other.broadcast('notice', 2);
  await other.broadcast('notice', 3);
  proxy.pass();

  assert.deepEqual((await events.nextOf(2)).map(({ data, replayed }) => [data, replayed]), [[2, true], [3, true]]);
  assert.deepEqual(await notices.next(), { type: 'recovered', channel: '$all' });
  await other.broadcast('notice', 4);
  assert.deepEqual(await events.next().then(({ data, replayed }) => [data, replayed]), [4, undefined]);
});
