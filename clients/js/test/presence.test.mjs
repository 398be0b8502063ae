import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useGateway } from './support/gateway.mjs';
import { overEveryTransport } from './support/transports.mjs';

const gateway = useGateway({ Gateway__RateLimits__Request__0__Permits: '20', Gateway__RateLimits__Request__0__Window: '00:00:20' });

overEveryTransport('Presence', gateway, (transport) => {
  test('Those in a channel hear who comes, changes and goes, each once', async () => {
    const room = `chat:presence-${transport}`;
    const watcher = await gateway.connect(transport, await gateway.devToken('watcher'));
    await watcher.invoke('Subscribe', { channels: [room], echo: false });
    const ann = await gateway.connect(transport, await gateway.devToken('ann'));
    await ann.invoke('UpdateProfile', { mood: 'good' });
    await ann.invoke('Subscribe', room);
    await ann.invoke('UpdateProfile', { mood: 'better' });
    await ann.invoke('Unsubscribe', room);

    for (const expected of [['join', 'good', 1], ['update', 'better', 1], ['leave', 'better', 0]]) {
      const { channel, type, member } = await watcher.nextPresence();
      assert.deepEqual([channel, member.id, type, member.profile.mood, member.connections], [room, 'user:ann', ...expected]);
    }
    assert.deepEqual(await watcher.unheardPresence(), []);
  });

  test('Who asks too often is told when to come back, and stays connected', async () => {
    const eager = await gateway.connect(transport, await gateway.devToken(`eager-${transport}`));
    // One more is allowed each second, so it may take more than 20.
    let refusal;
    for (let calls = 0; !refusal && calls < 200; calls++) {
      refusal = await eager.invoke('GetMembers', 'chat:lobby').then(() => undefined, ({ message }) => message);
    }

    assert.match(refusal, /rate_limited;retryAfter=1: Request is allowed 20 times in 00:00:20\.$/);
    assert.equal((await eager.invoke('Send', 'chat:lobby', 'message', {})).id.length, 32);
  });
});
