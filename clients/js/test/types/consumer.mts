// What a program of TypeScript may write, and what it may not. It is compiled and never run.
import { RealtimeClient, RealtimeError, type Presence, type RealtimeEvent, type StateChange, type Subscription } from 'realtime-gateway';

const rt = new RealtimeClient('/realtime', {
  token: async () => (Math.random() > 0.5 ? 'token' : null),
  apiKey: 'key',
  transport: 'auto',
  autoReconnect: true,
  retryAttempts: 3,
  reconnectDelay: { base: 100 },
  pingInterval: 5_000,
  serverTimeout: 30_000,
  connectTimeout: 5_000,
  callTimeout: 5_000,
  buffer: 0,
  restore: false,
  echo: false,
});
new RealtimeClient('/realtime', { token: () => 'token' });
new RealtimeClient('/realtime');

const sub: Subscription = await rt.subscribe<{ text: string }>('chat:lobby', (e: RealtimeEvent<{ text: string }>) => e.data.text.trim(), {
  events: ['message'],
  filter: [
    { method: 'greaterThan', attribute: 'total', values: [100] },
    { method: 'or', values: [{ method: 'isNull', attribute: 'customer' }, { method: 'equal', attribute: 'customer', values: ['a', null, true, 1] }] },
  ],
  hidden: true,
  echo: false,
  since: { epoch: 'e', offset: 1 },
  onNotice: (notice) => (notice.type === 'error' ? notice.error.code : notice.channel),
});
await rt.subscribe(['chat:a', 'chat:b'], null, { since: { 'chat:a': { epoch: 'e', offset: 1 } } });
await sub.update({ channels: 'chat:a', filter: null, events: ['x'] });
sub.on<{ n: number }>('message', ({ data }) => data.n.toFixed())();
sub.onNotice((notice) => notice.type === 'notRecovered' && notice.reason);
const [id, position, count]: [string, number | undefined, number] = [sub.id, sub.position('chat:a')?.offset, sub.listeners('message').length];

const one: string = (await rt.send('chat:lobby', 'message', { text: 'hi' }, { id, echo: false })).id;
const offset: number | undefined = (await rt.publish({ channel: 'chat:lobby', event: 'message' })).offset;
const many: string[] = (await rt.publish({ channels: ['chat:a'], event: 'message' })).map(({ channel }) => channel);
await rt.broadcast('notice');
const presence: Presence = await rt.presence('chat:lobby', (members, change) => [members[0]?.profile?.name, change?.type === 'join']);
const history: string[] = (await rt.history<{ text: string }>('chat:lobby', { limit: 1, reverse: true })).publications.map(({ data }) => data.text);
const off: () => void = rt.on('state', (s: StateChange) => (s.state === 'reconnecting' ? s.delay : s.state === 'subscribed' ? s.channels : s.state));
rt.on('error', (error) => error instanceof RealtimeError && error.retryAfter);
rt.pingInterval = 5_000;
export const used = [id, position, count, one, offset, many, presence.members, history, off, rt.connectionId, rt.userId, rt.state];

// @ts-expect-error A client needs a URL.
new RealtimeClient();
// @ts-expect-error There is no such option.
new RealtimeClient('/realtime', { reconnect: true });
// @ts-expect-error There is no such transport.
new RealtimeClient('/realtime', { transport: 'carrierPigeon' });
// @ts-expect-error A channel is a name.
await rt.subscribe(42);
// @ts-expect-error There is no such method of a filter.
await rt.subscribe('chat:a', null, { filter: [{ method: 'almost', attribute: 'n', values: [1] }] });
// @ts-expect-error `between` takes two values.
await rt.subscribe('chat:a', null, { filter: [{ method: 'between', attribute: 'n', values: [1] }] });
// @ts-expect-error What was published has the type that was asked for.
await rt.subscribe<{ text: string }>('chat:a', (e) => e.data.number);
// @ts-expect-error An event has a name.
await rt.publish({ channel: 'chat:a' });
// @ts-expect-error A publication goes somewhere.
await rt.publish({ event: 'message' });
// @ts-expect-error There is no such event of a client.
rt.on('message', () => {});
// @ts-expect-error The state is read only.
rt.state = 'connected';
// @ts-expect-error Members are read only.
presence.members.push();
