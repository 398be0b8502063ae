import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MessageType } from '@microsoft/signalr';
import { behaviour } from './support/behaviour.mjs';
import { useGateway } from './support/gateway.mjs';
import { useProxy } from './support/proxy.mjs';
import { comes, failureOf, listen, settle, useClients } from './support/realtime.mjs';
import { Tap } from './support/tap.mjs';

const gateway = useGateway();
const proxy = useProxy(gateway);
const makeClient = useClients();
const dataOf = ({ data }) => data;
const asAdmin = { token: () => gateway.devToken('ann', { labels: ['admin'] }) };

behaviour('acknowledges', async () => {
  const client = makeClient(gateway.hubUrl, asAdmin);
  const subscription = await listen(client, ['chat:a', 'chat:b']);

  const sent = await client.send('chat:a', 'message', { n: 1 });
  const published = await client.publish({ channel: 'chat:a', event: 'message', data: { n: 2 }, id: 'mine' });
  const copies = await client.publish({ channels: ['chat:a', 'chat:b'], event: 'message' });
  const broadcast = await client.broadcast('notice', { n: 3 });

  const placeOf = ({ channel, id, epoch, offset }) => ({ channel, id, epoch, offset });
  assert.deepEqual((await subscription.events.nextOf(4)).map(placeOf), [sent, published, ...copies].map(placeOf));
  assert.deepEqual([published.id, copies[0].id === copies[1].id, typeof broadcast.id], ['mine', true, 'string']);
  const again = await client.publish({ channel: 'chat:a', event: 'message', data: { n: 2 }, id: 'mine' });
  assert.deepEqual(again, published, 'the same again has no effect');
});

behaviour('buffers-while-away', async () => {
  const [client, listener] = [makeClient(proxy.hubUrl), makeClient(gateway.hubUrl, asAdmin)];
  const { events } = await listen(listener, 'chat:buffered');
  await client.connect();
  proxy.refuse();
  await comes(client, 'reconnecting');
  const answered = [];
  const sends = [1, 2, 3].map((n) => client.send('chat:buffered', 'message', n).then(({ offset }) => answered.push(offset)));
  await listener.send('chat:buffered', 'message', 'meanwhile');
  assert.deepEqual([(await events.next()).data, answered], ['meanwhile', []]);

  proxy.pass();
  await Promise.all(sends);
  await client.send('chat:buffered', 'message', 4);

  assert.deepEqual((await events.nextOf(4)).map(dataOf), [1, 2, 3, 4]);
  assert.deepEqual(answered, [2, 3, 4]);
});

test('What was written and did not arrive goes out before what was sent later', async () => {
  const tap = new Tap();
  const [client, listener] = [makeClient(proxy.hubUrl, { protocol: tap }), makeClient(gateway.hubUrl)];
  const { events } = await listen(listener, 'chat:later');
  await client.connect();
  proxy.stall();
  const sends = [client.send('chat:later', 'message', 1), client.send('chat:later', 'message', 2)];
  await tap.calls.nextOf(2);
  proxy.refuse();
  await comes(client, 'reconnecting');
  sends.push(client.send('chat:later', 'message', 3));
  proxy.pass();
  await Promise.all(sends);

  assert.deepEqual((await events.nextOf(3)).map(dataOf), [1, 2, 3]);
});

test('What is sent before the first connection, while paused, and as soon as it is connected, goes out in its order', async () => {
  const [client, listener] = [makeClient(gateway.hubUrl), makeClient(gateway.hubUrl)];
  const { events } = await listen(listener, 'chat:order');
  const connected = [];
  client.on('state', ({ state }) => state === 'connected' && connected.push(client.send('chat:order', 'message', 'connected')));

  await Promise.all([client.send('chat:order', 'message', 1), client.send('chat:order', 'message', 2)]);
  await connected[0]; // What is not acknowledged when it pauses is sent again, and a guest's can come twice.
  await client.pause();
  const waiting = client.send('chat:order', 'message', 3);
  await client.resume();
  await waiting;

  assert.deepEqual((await events.nextOf(5)).map(dataOf), [1, 2, 'connected', 3, 'connected']);
  await Promise.all(connected); // An answer can come behind the event.
});

behaviour('repeats-what-was-in-flight', async () => {
  const tap = new Tap();
  const client = makeClient(proxy.hubUrl, { protocol: tap, token: () => gateway.devToken('ann') });
  const listener = await listen(makeClient(gateway.hubUrl), 'chat:flight');
  await client.connect();
  // The gateway has published it, and its answer does not arrive.
  tap.alter = (message) => (message.type === MessageType.Completion ? [] : [message]);
  const sent = client.send('chat:flight', 'message', 'once');
  const { id, offset } = await listener.events.next();
  tap.alter = (message) => [message];

  proxy.cut();

  const answer = await sent;
  assert.deepEqual([answer.id, answer.offset], [id, offset]);
  const written = (await tap.calls.nextOf(2)).map(({ target, arguments: args }) => [target, args]);
  assert.deepEqual(written[1], written[0], 'the same call twice');
  await client.send('chat:flight', 'message', 'next');
  assert.equal((await listener.events.next()).data, 'next', 'published once');
});

test('A broadcast, or a call, whose answer was lost is not repeated', async () => {
  const tap = new Tap();
  const client = makeClient(proxy.hubUrl, { protocol: tap, ...asAdmin });
  await client.connect();
  tap.alter = (message) => (message.type === MessageType.Completion ? [] : [message]);
  const lost = [client.broadcast('notice'), client.members('chat:lobby'), client.updateProfile({})].map(failureOf);
  await tap.calls.nextOf(3);
  proxy.cut();
  for (const { code, message } of await Promise.all(lost)) {
    assert.equal(code, 'unavailable');
    assert.equal(message, 'The connection was lost before the answer came; whether the call had an effect is unknown.');
  }
  tap.alter = (message) => [message];
  assert.match((await client.broadcast('notice')).id, /./, 'what was not written yet waits, like any send');
});

behaviour('bounds-its-buffer', async () => {
  const [client, listener] = [makeClient(proxy.hubUrl, { buffer: 2 }), makeClient(gateway.hubUrl)];
  const { events } = await listen(listener, 'chat:bounded');
  await client.connect();
  proxy.refuse();
  await comes(client, 'reconnecting');
  const kept = [1, 2].map((n) => client.send('chat:bounded', 'message', n));

  const refused = await failureOf(client.send('chat:bounded', 'message', 3));
  proxy.pass();
  await Promise.all(kept);
  await client.send('chat:bounded', 'message', 4);

  assert.deepEqual([refused.code, refused.retryAfter], ['limit_exceeded', undefined]);
  assert.deepEqual((await events.nextOf(3)).map(dataOf), [1, 2, 4]);
});

test('What had no answer when the connection was lost counts in the buffer, and what does not fit fails', async () => {
  const tap = new Tap();
  const client = makeClient(proxy.hubUrl, { buffer: 2, protocol: tap });
  const { events } = await listen(makeClient(gateway.hubUrl), 'chat:stalled');
  await client.connect();
  proxy.stall();
  const kept = [1, 2].map((n) => client.send('chat:stalled', 'message', n));
  const lost = failureOf(client.send('chat:stalled', 'message', 3));
  await tap.calls.nextOf(3);
  proxy.refuse();

  assert.equal((await lost).code, 'unavailable');
  assert.equal((await failureOf(client.send('chat:stalled', 'message', 4))).code, 'limit_exceeded');
  proxy.pass();
  await Promise.all(kept);
  await client.send('chat:stalled', 'message', 5);
  assert.deepEqual((await events.nextOf(3)).map(dataOf), [1, 2, 5]);
});

behaviour('buffers-nothing-where-told', async () => {
  const tap = new Tap();
  const client = makeClient(proxy.hubUrl, { buffer: 0, protocol: tap });
  await client.connect();
  tap.alter = (message) => (message.type === MessageType.Completion ? [] : [message]);
  const inFlight = failureOf(client.send('chat:nothing', 'message'));
  await tap.calls.next();
  proxy.refuse();
  await comes(client, 'reconnecting');

  assert.equal((await failureOf(client.send('chat:nothing', 'message'))).code, 'unavailable');
  assert.equal((await inFlight).code, 'unavailable');
  proxy.pass();
});

behaviour('spares-the-sender', async () => {
  const [quiet, plain] = [makeClient(gateway.hubUrl, { echo: false }), makeClient(gateway.hubUrl)];
  const [ofQuiet, ofPlain] = [await listen(quiet, 'chat:echo'), await listen(plain, 'chat:echo')];

  await quiet.send('chat:echo', 'message', 'quiet');
  await plain.send('chat:echo', 'message', 'spared', { echo: false });
  await plain.send('chat:echo', 'message', 'plain');
  await Promise.all([settle(quiet), settle(plain)]);

  assert.deepEqual([ofQuiet, ofPlain].map(({ events }) => events.take().map(dataOf)), [['spared', 'plain'], ['quiet', 'plain']]);
});

test('A subscription without echo is spared also beside one with it, and after a reconnect', async () => {
  const client = makeClient(proxy.hubUrl);
  const [without, other] = [await listen(client, 'chat:both', { echo: false }), await listen(client, 'chat:both')];
  await client.send('chat:both', 'message', 1);
  assert.equal((await other.events.next()).data, 1);
  proxy.cut();
  await other.notices.next();
  await client.send('chat:both', 'message', 2);
  await makeClient(gateway.hubUrl).send('chat:both', 'message', 'of another');
  await settle(client);

  assert.deepEqual([without, other].map(({ events }) => events.take().map(dataOf)), [['of another'], [2, 'of another']]);
});

test('Who is not to hear what it sends does not hear it after a reconnect either, under an id of its own choice, too', async () => {
  const token = () => gateway.devToken('ann');
  const [client, other] = [makeClient(proxy.hubUrl, { token }), makeClient(gateway.hubUrl)];
  const without = await listen(client, 'chat:unheard', { echo: false });
  const all = await listen(client, 'chat:unheard');
  proxy.refuse();
  await comes(client, 'reconnecting');
  // They are published by another connection than the one that recovers them, and are not recovered as live.
  const sends = [{ id: 'chosen' }, { id: 'spared', echo: false }, { echo: false }, {}].map(
    (options, n) => client.send('chat:unheard', 'message', n, options),
  );
  proxy.pass();
  await Promise.all(sends);
  await without.unsubscribe();
  const back = await listen(client, 'chat:unheard', { echo: false, since: { ...all.position('chat:unheard'), offset: 0 } });
  await all.unsubscribe();
  await client.reconnect();
  const again = await listen(client, 'chat:unheard', { since: { ...back.position('chat:unheard'), offset: 0 } });
  await other.send('chat:unheard', 'message', 'of another', { id: 'chosen' });
  await settle(client);

  const [ofWithout, ofAll, ofBack, ofAgain] = [without, all, back, again].map(({ events }) => events.take().map(dataOf));
  assert.deepEqual(ofWithout, []);
  assert.deepEqual(ofAll, [0, 3]);
  assert.deepEqual(ofBack, ['of another'], 'the same id of somebody else is his');
  assert.deepEqual(ofAgain, [0, 3, 'of another']);
});

test('What cannot be written as a message is the error of that call alone', async () => {
  const client = makeClient(gateway.hubUrl);
  const subscription = await listen(client, 'chat:cycle');
  const cycle = {};
  cycle.self = cycle;

  assert.equal((await failureOf(client.send('chat:cycle', 'message', cycle))).code, 'invalid_request');
  await client.send('chat:cycle', 'message', 'fine');

  assert.equal((await subscription.events.next()).data, 'fine');
  assert.deepEqual(client.lines, ['connecting', 'subscribing', 'connected', 'subscribed']);
});
