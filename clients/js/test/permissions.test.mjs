import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useGateway } from './support/gateway.mjs';
import { overEveryTransport } from './support/transports.mjs';

const gateway = useGateway();
const room = 'team:blue:room';

overEveryTransport('Permissions', gateway, (transport) => {
  test('A guest is refused everything of a team, in one plain sentence', async () => {
    const guest = await gateway.connect(transport);

    assert.equal(await guest.refusalOf('Subscribe', room), `permission_denied: You may not read '${room}'.`);
    assert.equal(await guest.refusalOf('Send', room, 'message', {}), `permission_denied: You may not publish in '${room}'.`);
    assert.equal(await guest.refusalOf('GetMembers', room), `permission_denied: You may not see who is in '${room}'.`);
  });

  test('A member of another team is refused as a guest is', async () => {
    const red = await gateway.connect(transport, await gateway.devToken('rob', { teams: ['red'] }));

    assert.equal(await red.refusalOf('Subscribe', room), `permission_denied: You may not read '${room}'.`);
  });

  test('One refused channel refuses the whole Subscribe', async () => {
    const guest = await gateway.connect(transport);

    assert.equal(await guest.refusalOf('Subscribe', ['chat:lobby', room]), `permission_denied: You may not read '${room}'.`);

    await guest.invoke('Send', 'chat:lobby', 'message', {});
    assert.deepEqual(await guest.unheard(), []);
  });

  test('A member of the team is let in, and what is said there stays there', async () => {
    const ann = await gateway.connect(transport, await gateway.devToken('ann', { teams: ['blue'] }));
    const bob = await gateway.connect(transport, await gateway.devToken('bob', { teams: ['blue'] }));
    const guest = await gateway.connect(transport);
    await guest.invoke('Subscribe', 'chat:lobby');
    await ann.invoke('Subscribe', room);

    const { id } = await bob.invoke('Send', room, 'message', 'among us');

    assert.equal((await ann.nextEvent()).id, id);
    assert.deepEqual(await guest.unheard(), []);
  });

  test('The members of a channel are listed to those who may see them, by the hub and over HTTP', async () => {
    const token = await gateway.devToken('ann', { teams: ['blue'] });
    const channel = `team:blue:${transport}`;
    const ann = await gateway.connect(transport, token);
    const again = await gateway.connect(transport, token);
    const bob = await gateway.connect(transport, await gateway.devToken('bob', { teams: ['blue'] }));
    await Promise.all([ann, again, bob].map((client) => client.invoke('Subscribe', channel)));

    const page = await ann.invoke('GetMembers', channel);

    assert.deepEqual([page.count, page.members.map(nameOf)], [2, ['user:ann, ann, 2', 'user:bob, bob, 1']]);
    assert.deepEqual(await membersOverHttp(channel, token), [200, { channel, ...page }]);
    const [status, problem] = await membersOverHttp(channel);
    assert.deepEqual([status, problem.code, problem.detail], [403, 'permission_denied', `You may not see who is in '${channel}'.`]);
  });

  test('A guest sees the members of a channel that is open to all, himself included', async () => {
    const channel = `chat:${transport}`;
    const ann = await gateway.connect(transport, await gateway.devToken('ann'));
    const guest = await gateway.connect(transport);
    await ann.invoke('Subscribe', channel);
    await guest.invoke('Subscribe', channel);

    const page = await guest.invoke('GetMembers', { channel, limit: 10 });

    assert.equal(page.count, 2);
    assert.deepEqual(page.members.map(nameOf), [`guest:${guest.hub.connectionId}, null, 1`, 'user:ann, ann, 1']);
    assert.deepEqual(await membersOverHttp(channel), [200, { channel, ...page }]);
  });
});

async function membersOverHttp(channel, token) {
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  const response = await gateway.fetch(`/api/channels/${encodeURIComponent(channel)}/members`, { headers });
  return [response.status, await response.json()];
}

function nameOf({ id, userId, connections }) {
  return `${id}, ${userId}, ${connections}`;
}
