import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { useGateway } from './support/gateway.mjs';
import { overEveryTransport } from './support/transports.mjs';

const gateway = useGateway();

overEveryTransport('Recovery', gateway, (transport) => {
  test('Who comes back with his last position is given what he missed, before anything live', async () => {
    const channel = `chat:${randomUUID()}`;
    const publisher = await gateway.connect(transport);
    const before = await gateway.connect(transport);
    await before.invoke('Subscribe', channel);
    await publisher.invoke('Send', channel, 'message', 1);
    const { epoch, offset } = await before.nextEvent();
    await before.stop();
    await publisher.invoke('Send', channel, 'message', 2);
    await publisher.invoke('Send', channel, 'message', 3);

    const back = await gateway.connect(transport);
    const answer = await back.invoke('Subscribe', { channels: [{ channel, since: { epoch, offset } }] });
    await publisher.invoke('Send', channel, 'message', 4);

    assert.deepEqual(answer.channels, [{ channel, epoch, offset: 3, recovered: true }]);
    const heard = await back.nextEvents(3);
    assert.deepEqual(heard.map((event) => [event.data, event.offset, event.replayed]), [[2, 2, true], [3, 3, true], [4, 4, undefined]]);
    assert.deepEqual(await back.unheard(), []);
  });

  test('What cannot be given is said with its reason, and nothing of it comes', async () => {
    const channel = `chat:${randomUUID()}`;
    const client = await gateway.connect(transport);
    const { epoch } = await client.invoke('Send', channel, 'message', 1);

    const answer = await client.invoke('Subscribe', {
      channels: [
        { channel, since: { epoch: 'another', offset: 0 } },
        { channel: `${channel}:2`, since: { epoch, offset: 5 } },
      ],
    });

    assert.deepEqual(answer.channels.map(({ recovered, reason }) => [recovered, reason]), [[false, 'epoch_changed'], [false, 'epoch_changed']]);
    await client.invoke('Unsubscribe', channel);
    const ahead = await client.invoke('Subscribe', { channels: [{ channel, since: { epoch, offset: 2 } }] });
    assert.deepEqual(ahead.channels, [{ channel, epoch, offset: 1, recovered: false, reason: 'position_ahead' }]);
    assert.deepEqual(await client.unheard(), []);
  });

  test('Event patterns and filters choose, live and replayed, and say which subscription matched', async () => {
    const channel = `chat:${randomUUID()}`;
    const publisher = await gateway.connect(transport);
    const { epoch } = await publisher.invoke('Send', channel, 'order.1.paid', { total: 5 });
    await publisher.invoke('Send', channel, 'order.2.paid', { total: 50 });
    await publisher.invoke('Send', channel, 'order.2.sent', { total: 50 });

    const client = await gateway.connect(transport);
    const subscription = {
      id: 'large',
      channels: [{ channel, since: { epoch, offset: 0 } }],
      events: ['order.*.paid'],
      filter: [{ method: 'greaterThan', attribute: 'total', values: [10] }],
    };
    const { key } = await client.invoke('Subscribe', subscription);
    await publisher.invoke('Send', channel, 'order.3.paid', { total: 7 });
    await publisher.invoke('Send', channel, 'order.4.paid', { total: 70 });

    const heard = await client.nextEvents(2);
    assert.deepEqual(heard.map((event) => [event.event, event.replayed ?? false, event.matched]), [
      ['order.2.paid', true, [key]],
      ['order.4.paid', false, [key]],
    ]);
    const page = await client.invoke('GetHistory', { channel, events: subscription.events, filter: subscription.filter });
    assert.deepEqual(page.publications.map((event) => event.event), ['order.2.paid', 'order.4.paid']);
    assert.deepEqual(await client.unheard(), []);
  });
});
