import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beforeItExpires } from './support/expiringToken.mjs';
import { useGateway } from './support/gateway.mjs';
import { overEveryTransport } from './support/transports.mjs';

// Without leeway an expired token is refused at once, so that nothing here works because it is still accepted.
const gateway = useGateway({ Gateway__Auth__Jwt__ClockSkew: '00:00:00' });
const room = 'team:blue:room';

overEveryTransport('Token expiry', gateway, (transport) => {
  test('When the token expires the team is left, and the connection goes on as a guest\'s', async () => {
    const bob = await gateway.connect(transport, await gateway.devToken('bob', { teams: ['blue'] }));
    const [ann, token] = await beforeItExpires(gateway, async (short) => {
      const client = await gateway.connect(transport, short);
      await client.invoke('Subscribe', ['chat:lobby', room]);
      return [client, short];
    });
    const { connectionId } = ann.hub;

    assert.deepEqual(await ann.nextRevocation(), { channel: room, state: 'revoked', reason: 'token_expired' });

    await assert.rejects(gateway.connect(transport, token), /negotiation.*401/);
    await bob.invoke('Send', room, 'message', 'without ann');
    for (const text of ['still', 'here']) {
      await ann.invoke('Send', 'chat:lobby', 'message', text);
      const { data, sender } = await ann.nextEvent();
      assert.deepEqual({ data, sender }, { data: text, sender: { userId: null, connectionId } });
    }
    assert.equal(await ann.refusalOf('Subscribe', room), `permission_denied: You may not read '${room}'.`);
    assert.deepEqual(await ann.unheardEvents(), []);
    assert.equal(ann.hub.connectionId, connectionId);
  });
});
