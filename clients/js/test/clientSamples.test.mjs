import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { MessageType } from '@microsoft/signalr';
import { useGateway } from './support/gateway.mjs';
import { Inbox } from './support/inbox.mjs';
import { failureOf, listen, useClients } from './support/realtime.mjs';
import { Tap } from './support/tap.mjs';

const gateway = useGateway();
const makeClient = useClients();
const read = (name) => JSON.parse(readFileSync(new URL(`../../../testdata/protocol/${name}.json`, import.meta.url), 'utf8'));
const argumentOf = (name) => read(name).arguments[0];
const resultOf = (name) => read(name).result;

/** A client whose calls are answered with samples, by the order of the calls; a call for which there is none, by the gateway. */
async function sampled(...answers) {
  const tap = new Tap();
  const client = makeClient(gateway.hubUrl, { protocol: tap });
  await client.connect();
  tap.alter = (message) => {
    const answer = message.type === MessageType.Completion && answers.shift();
    return answer ? [{ ...read(answer), invocationId: message.invocationId }] : [message];
  };
  return { client, tap };
}

const { filter, events, ...subscribe } = argumentOf('call-subscribe-object');
const { channel: _, ...page } = argumentOf('call-get-history-page');

for (const [call, answer, make] of [
  ['call-publish', 'answer-publish', (client) => client.send('live:scores', 'goal', { home: 1, away: 0 }, { id: 'goal-17', echo: false })],
  ['call-broadcast', 'answer-broadcast', (client) => client.broadcast('notice', { text: 'Back at ten.' })],
  ['call-get-members', 'answer-get-members', (client) => client.members('chat:lobby')],
  ['call-get-members-page', 'answer-get-members-page', (client) => client.members('chat:lobby', { cursor: 'Z3Vlc3Q', limit: 1 })],
  ['call-get-history', 'answer-get-history', (client) => client.history('chat:lobby')],
  ['call-get-history-page', 'answer-get-history-page', (client) => client.history('chat:orders', page)],
]) {
  test(`${call} is what this client writes, and ${answer} what it gives`, async () => {
    const { client, tap } = await sampled(answer);

    const given = await make(client);

    const { target, arguments: args } = await tap.calls.next();
    assert.deepEqual({ target, args }, { target: read(call).target, args: read(call).arguments });
    assert.deepEqual(given, resultOf(answer));
  });
}

test('call-publish-several, with an id, is what this client writes, and answer-publish-several what it gives', async () => {
  const { client, tap } = await sampled('answer-publish-several');

  const given = await client.publish(argumentOf('call-publish-several'));

  const { id, ...written } = (await tap.calls.next()).arguments[0];
  assert.deepEqual([written, typeof id], [argumentOf('call-publish-several'), 'string']);
  assert.deepEqual(given, resultOf('answer-publish-several'));
});

test('call-update-profile is what this client writes, and answer-update-profile says nothing', async () => {
  const { client, tap } = await sampled('answer-update-profile');

  assert.equal(await client.updateProfile({ name: 'Ann', mood: 'good' }), undefined);

  const { target, arguments: args } = await tap.calls.next();
  assert.deepEqual([target, args], ['UpdateProfile', read('call-update-profile').arguments]);
});

test('call-subscribe-object and call-unsubscribe-id are what this client writes, under its own id', async () => {
  const { client, tap } = await sampled('answer-subscribe-object');
  const names = subscribe.channels.map((channel) => channel.channel ?? channel);
  const since = Object.fromEntries(subscribe.channels.filter((channel) => channel.since).map((entry) => [entry.channel, entry.since]));

  const subscription = await listen(client, names, { since, events, filter, hidden: true, echo: false });

  const written = (await tap.calls.next()).arguments[0];
  assert.deepEqual(written, { ...argumentOf('call-subscribe-object'), id: subscription.id });
  assert.deepEqual(await subscription.notices.nextOf(2), [
    { type: 'recovered', channel: 'chat:orders' },
    { type: 'notRecovered', channel: 'chat:returns', reason: 'epoch_changed' },
  ]);
  for (const { channel, epoch, offset } of resultOf('answer-subscribe-object').channels.filter(({ recovered }) => recovered !== null)) {
    assert.deepEqual(subscription.position(channel), { epoch, offset });
  }
  const { arguments: [history] } = await tap.calls.next();
  const missed = { channel: 'chat:lobby', since: since['chat:lobby'], limit: 1000, events, filter };
  assert.deepEqual(history, missed, 'it was live: what is missing is read');

  tap.calls.take();
  const ended = subscription.unsubscribe();
  assert.deepEqual((await tap.calls.next()).arguments, [{ ...argumentOf('call-unsubscribe-id'), id: subscription.id }]);
  await ended;
});

for (const [call, answer, next] of [
  ['call-authenticate', 'answer-authenticate', read('call-authenticate').arguments[0]],
  ['call-authenticate-guest', 'answer-authenticate-guest', null],
]) {
  test(`${call} is what this client writes, and ${answer} says who it is`, async () => {
    const tap = new Tap();
    const tokens = [await gateway.devToken('bob', { expiresIn: 2 }), next];
    const client = makeClient(gateway.hubUrl, { protocol: tap, token: () => tokens.shift() });
    await client.connect();
    assert.equal(client.userId, 'bob');
    const answered = new Promise((resolve) => {
      tap.alter = (message) => {
        setImmediate(resolve);
        return message.type === MessageType.Completion ? [{ ...read(answer), invocationId: message.invocationId }] : [message];
      };
    });

    const { target, arguments: args } = await tap.calls.next();
    await answered;

    assert.deepEqual([target, args], ['Authenticate', read(call).arguments]);
    assert.equal(client.userId, resultOf(answer).userId);
  });
}

test('callback-event and callback-event-several are handed over as they are, after answer-subscribe-list', async () => {
  const { client, tap } = await sampled('answer-subscribe-list');
  const subscription = await listen(client, ['chat:lobby', 'live:scores']);
  const names = ['callback-event', 'callback-event-several'];
  tap.alter = (message) => [...names.map(read), message];

  await client.members('chat:nobody');

  assert.deepEqual(await subscription.events.nextOf(2), names.map(argumentOf));
});

test('callback-event-replayed is handed over though it comes before the answer, and callback-event-matched after it', async () => {
  const { client, tap } = await sampled();
  const answer = read('answer-subscribe-object');
  tap.alter = (message) => (message.type === MessageType.Completion
    ? [read('callback-event-replayed'), { ...answer, invocationId: message.invocationId }, read('callback-event-matched')]
    : [message]);

  const since = { epoch: answer.result.channels[0].epoch, offset: 41 };
  const { events: heard } = await listen(client, 'chat:orders', { events, filter, since });

  assert.deepEqual(await heard.nextOf(2), [argumentOf('callback-event-replayed'), argumentOf('callback-event-matched')]);
});

test('callback-event-from-server is a user event', async () => {
  const { client, tap } = await sampled();
  const heard = new Inbox('a user event');
  client.onUserEvent(heard.add);
  tap.alter = (message) => [read('callback-event-from-server'), message];

  await client.members('chat:nobody');

  assert.deepEqual(await heard.next(), argumentOf('callback-event-from-server'));
});

test('The callbacks about members change who is here', async () => {
  const { client, tap } = await sampled('answer-get-members');
  const changes = new Inbox('a change of the members');
  const presence = await client.presence('chat:lobby', (members, change) => changes.add([members.length, change]));
  assert.deepEqual(presence.members, resultOf('answer-get-members').members);
  assert.deepEqual(await changes.next(), [2, undefined]);
  const names = ['callback-presence-leave', 'callback-presence-update', 'callback-presence-join'];
  tap.alter = (message) => [...names.map(read), message];

  await client.members('chat:nobody');

  assert.deepEqual(await changes.nextOf(3), [1, 1, 1].map((count, index) => [count, argumentOf(names[index])]));
});

test('The callbacks about subscriptions are told, or remembered', async () => {
  const { client, tap } = await sampled();
  const subscription = await listen(client, ['chat:lobby', 'chat:orders']);
  // What is of a room of the samples that is not open here, told of one that is.
  const revoked = { ...read('callback-subscription-revoked') };
  revoked.arguments = [{ ...revoked.arguments[0], channel: 'chat:lobby' }];
  const samples = ['callback-subscription-position', 'callback-subscription-gap', 'callback-subscription-gap-lost'].map(read);
  tap.alter = (message) => (message.result?.members ? [samples[0], message] : [message]);
  await client.members('chat:nobody');
  const { epoch, offset } = argumentOf('callback-subscription-position');
  assert.deepEqual(subscription.position('chat:orders'), { epoch, offset });

  tap.alter = (message) => (message.result?.members ? [...samples.slice(1), revoked, message] : [message]);
  await client.members('chat:nobody');

  assert.deepEqual(await subscription.notices.nextOf(3), [
    { type: 'gap', channel: 'chat:lobby', reason: 'presence' },
    { type: 'gap', channel: 'chat:orders', reason: 'epoch_changed' },
    { type: 'revoked', channel: 'chat:lobby', reason: 'token_expired' },
  ]);
  const lost = argumentOf('callback-subscription-gap-lost');
  assert.deepEqual(subscription.position('chat:orders'), { epoch: lost.epoch, offset: lost.offset });
});

for (const name of ['error', 'error-rate-limited']) {
  test(`${name} is an error with a code, a sentence and a time`, async () => {
    const [, code, retryAfter, sentence] = /^([a-z_]+)(?:;retryAfter=(\d+))?: (.*)$/.exec(read(name).error);
    const { client } = await sampled(name);

    const error = await failureOf(client.send('chat:lobby', 'message'));

    assert.deepEqual([error.code, error.retryAfter, error.message], [code, retryAfter && Number(retryAfter), sentence]);
  });
}

test('close is the reason of the next attempt', async () => {
  const { client, tap } = await sampled();
  tap.alter = (message) => [read('close'), message];
  client.members('chat:nobody').catch(() => {}); // It ends with the connection.

  const { error } = await client.states.nextWhere(({ state }) => state === 'reconnecting');

  assert.deepEqual([error.code, error.message], ['token_expired', 'The credential has expired; connect with a new one.']);
});
