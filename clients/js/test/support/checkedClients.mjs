// Clients that do what they are told on stdin, and tell on stdout what they are told, a line of JSON each. The first line is
// { hub, channel, tokens }: one client for each token, every second one with MessagePack. Then { client, text }: that one sends it.
import { createInterface } from 'node:readline';
import { MessagePackHubProtocol } from '@microsoft/signalr-protocol-msgpack';
import { RealtimeClient } from 'realtime-gateway';

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const { hub, channel, tokens } = JSON.parse((await lines.next()).value);

const clients = tokens.map((token, client) => {
  const rt = new RealtimeClient(hub, { token: () => token, ...(client % 2 ? { protocol: new MessagePackHubProtocol() } : {}) });
  rt.on('state', ({ state }) => state === 'connected' && tell(client, 'connected'));
  return rt;
});

await Promise.all(clients.map(async (rt, client) => {
  const subscription = await rt.subscribe(
    channel,
    ({ epoch, offset, id, data, replayed }) => tell(client, 'event', { epoch, offset, id, data, replayed }),
    { onNotice: ({ type, reason }) => tell(client, 'notice', { notice: [type, reason].filter(Boolean).join(' ') }) },
  );
  tell(client, 'subscribed', subscription.position(channel));
}));

for await (const line of lines) {
  const { client, text } = JSON.parse(line);
  clients[client].send(channel, 'message', text).then(
    ({ id, epoch, offset }) => tell(client, 'acknowledged', { text, id, epoch, offset }),
    ({ code, message }) => tell(client, 'failed', { text, code, message }),
  );
}

function tell(client, told, what = {}) {
  process.stdout.write(JSON.stringify({ client, told, ...what }) + '\n');
}
