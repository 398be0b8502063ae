import { afterEach } from 'node:test';
import { RealtimeClient } from 'realtime-gateway';
import { Inbox } from './inbox.mjs';
import { inTime } from './inTime.mjs';

/** Attempts that follow each other at once. */
export const soon = { base: 1, max: 5 };

/**
 * Makes clients that are disposed of after each test. Each has `states`, `errors` and `lines`: what it told, in order, and of its states
 * only the names, all of them.
 */
export function useClients() {
  const clients = [];
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => inTime(client.dispose(), 'a client is disposed of')));
  });
  return (url, options = {}) => {
    const client = new RealtimeClient(url, { reconnectDelay: soon, ...options });
    client.states = new Inbox('a state');
    client.errors = new Inbox('an error');
    client.lines = [];
    client.on('state', client.states.add);
    client.on('state', ({ state }) => client.lines.push(state));
    client.on('error', client.errors.add);
    clients.push(client);
    return client;
  };
}

/** Waits until the client says that it is in this state. */
export function comes(client, state) {
  return client.states.nextWhere((change) => change.state === state);
}

/** A subscription with `events` and `notices`: what it was handed, in order. */
export async function listen(client, channels, options = {}) {
  const [events, notices] = [new Inbox('an event'), new Inbox('a notice')];
  const subscription = await inTime(client.subscribe(channels, events.add, { onNotice: notices.add, ...options }), 'Subscribe is answered');
  return Object.assign(subscription, { events, notices });
}

/** What is still to come of all that was published until now has come: a call is answered after it. */
export async function settle(client) {
  await inTime(client.members('chat:nobody'), 'a call is answered');
}

/** The error with which this fails. */
export async function failureOf(promise) {
  const outcome = await inTime(promise.then((value) => ({ value }), (error) => ({ error })), 'a call ends');
  if (!('error' in outcome)) {
    throw new Error(`It did not fail; it gave ${JSON.stringify(outcome.value)}.`);
  }
  return outcome.error;
}
