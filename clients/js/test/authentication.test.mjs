import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HttpTransportType } from '@microsoft/signalr';
import { useGateway } from './support/gateway.mjs';
import { overEveryTransport } from './support/transports.mjs';

const gateway = useGateway();
const room = 'team:blue:room';

overEveryTransport('Authentication', gateway, (transport) => {
  test('A wrong token is refused at negotiate, never taken for a guest', async () => {
    const [header, claims, signature] = (await gateway.devToken('ann')).split('.');
    const forged = Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(claims, 'base64url')), sub: 'root' })).toString('base64url');
    for (const token of ['nonsense', `${header}.${forged}.${signature}`, `${header}.${claims}.`]) {
      await assert.rejects(gateway.connect(transport, token), /negotiation.*401/);
    }
  });

  test('A token in the query does what one in the header does', async () => {
    const token = await gateway.devToken('ann', { teams: ['blue'] });
    const client = gateway.client({ transport }, `?access_token=${token}`);
    await client.start();
    await client.invoke('Subscribe', room);

    await client.invoke('Send', room, 'message', {});

    assert.equal((await client.nextEvent()).sender.userId, 'ann');
    await assert.rejects(gateway.client({ transport }, '?access_token=nonsense').start(), /negotiation.*401/);
  });

  test('A guest becomes a user in place, and a guest again, who loses what was the user\'s', async () => {
    const bob = await gateway.connect(transport, await gateway.devToken('bob', { teams: ['blue'] }));
    const client = await gateway.connect(transport);
    const { connectionId } = client.hub;
    await client.invoke('Subscribe', 'chat:lobby');
    await client.refusalOf('Subscribe', room);

    const user = await client.invoke('Authenticate', await gateway.devToken('ann', { verified: true, teams: ['blue'] }));
    assert.equal(user.userId, 'ann');
    assert.deepEqual(user.roles, ['any', 'team:blue', 'user:ann', 'user:ann/verified', 'users', 'users/verified']);
    assert.ok(Date.parse(user.expiresAt) > Date.now());
    await client.invoke('Subscribe', room);
    await bob.invoke('Send', room, 'message', 'to the team');
    assert.equal((await client.nextEvent()).data, 'to the team');

    const guest = await client.invoke('Authenticate', null);
    assert.deepEqual(guest, { userId: null, roles: ['any', 'guests'], expiresAt: null });
    assert.deepEqual(await client.nextRevocation(), { channel: room, state: 'revoked', reason: 'permission_denied' });
    await bob.invoke('Send', room, 'message', 'without the guest');
    const { id } = await client.invoke('Send', 'chat:lobby', 'message', 'still here');
    const heard = await client.unheardEvents();
    assert.deepEqual(heard.map((event) => [event.id, event.sender]), [[id, { userId: null, connectionId }]]);
    assert.equal(client.hub.connectionId, connectionId);
  });

  test('A wrong token changes nothing of who one is', async () => {
    const client = await gateway.connect(transport, await gateway.devToken('ann', { teams: ['blue'] }));
    await client.invoke('Subscribe', room);

    assert.match(await client.refusalOf('Authenticate', 'nonsense'), /^unauthenticated: /);

    await client.invoke('Send', room, 'message', {});
    assert.deepEqual((await client.unheard()).map((heard) => heard.sender?.userId), ['ann']);
  });
});

test('A wrong token is refused at the transport too', async () => {
  const options = { transport: HttpTransportType.WebSockets, skipNegotiation: true };
  await assert.rejects(gateway.client(options, '?access_token=nonsense').start(), /WebSocket failed to connect/);
  const guest = gateway.client(options);
  await guest.start();
  await guest.stop();

  const negotiated = await gateway.fetch('/realtime/negotiate?negotiateVersion=1', { method: 'POST' });
  const { connectionToken } = await negotiated.json();
  const poll = await gateway.fetch(`/realtime?id=${connectionToken}`, { headers: { Authorization: 'Bearer nonsense' } });
  assert.deepEqual([poll.status, (await poll.json()).code], [401, 'unauthenticated']);
});
