import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useGateway } from './support/gateway.mjs';
import { overEveryTransport } from './support/transports.mjs';

const gateway = useGateway();

overEveryTransport('Chat', gateway, (transport) => {
  test('Both hear what each sends, in one order, at the positions that were acknowledged', async () => {
    const ann = await gateway.connect(transport, await gateway.devToken('ann'));
    const guest = await gateway.connect(transport);
    await ann.invoke('Subscribe', 'chat:lobby');
    await guest.invoke('Subscribe', 'chat:lobby');

    const numbers = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
    const sent = numbers.flatMap((n) => [ann, guest].map((client) => client.invoke('Send', 'chat:lobby', 'message', { n })));
    const acknowledged = (await Promise.all(sent)).sort((a, b) => a.offset - b.offset);
    const heard = await ann.nextEvents(acknowledged.length);

    assert.deepEqual(await guest.nextEvents(acknowledged.length), heard);
    assert.deepEqual(heard.map(positionOf), acknowledged.map(positionOf));
    assert.deepEqual(heard.map((event) => event.offset - heard[0].offset), heard.map((_, index) => index));
    assert.equal(new Set(heard.map((event) => event.epoch)).size, 1);
    for (const client of [ann, guest]) {
      const own = heard.filter((event) => event.sender.connectionId === client.hub.connectionId);
      assert.deepEqual(own.map((event) => event.data.n), numbers);
    }
  });

  test('An event says what was published, where, when and by whom', async () => {
    const ann = await gateway.connect(transport, await gateway.devToken('ann'));
    const { epoch, offset } = (await ann.invoke('Subscribe', 'chat:lobby')).channels[0];

    const { id } = await ann.invoke('Send', 'chat:lobby', 'message', { text: 'Grüße, 世界 🌍', none: null });

    const { time, ...event } = await ann.nextEvent();
    assert.deepEqual(event, {
      channel: 'chat:lobby',
      event: 'message',
      data: { text: 'Grüße, 世界 🌍', none: null },
      id,
      epoch,
      offset: offset + 1,
      sender: { userId: 'ann', connectionId: ann.hub.connectionId },
    });
    assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
  });

  test('Subscribe takes a channel, a list of them, or an object', async () => {
    const client = await gateway.connect(transport);

    const one = await client.invoke('Subscribe', 'chat:a');
    const list = await client.invoke('Subscribe', ['chat:b', 'chat:c']);
    const object = await client.invoke('Subscribe', { id: 'mine', channels: ['chat:d', { channel: 'chat:e' }] });

    assert.equal(list.id, one.id);
    assert.deepEqual([one.key, list.key, object.key, object.id], [null, null, null, 'mine']);
    assert.deepEqual([one, list, object].map(namesOf), [['chat:a'], ['chat:b', 'chat:c'], ['chat:d', 'chat:e']]);
    for (const { channel, epoch, offset } of [one, list, object].flatMap((result) => result.channels)) {
      const sent = await client.invoke('Send', channel, 'message', null);
      assert.deepEqual([sent.epoch, sent.offset], [epoch, offset + 1]);
      assert.deepEqual(positionOf(await client.nextEvent()), positionOf(sent));
    }
  });

  test('Unsubscribe takes a channel, a list of them, or the id of a subscription', async () => {
    const client = await gateway.connect(transport);
    await client.invoke('Subscribe', ['chat:a', 'chat:b', 'chat:c', 'chat:stays']);
    await client.invoke('Subscribe', { id: 'mine', channels: ['chat:d'] });

    for (const gone of ['chat:a', ['chat:b', 'chat:c'], { id: 'mine' }]) {
      assert.deepEqual(await client.invoke('Unsubscribe', gone), { removed: true });
      assert.deepEqual(await client.invoke('Unsubscribe', gone), { removed: false });
    }

    for (const channel of ['chat:a', 'chat:b', 'chat:c', 'chat:d', 'chat:stays']) {
      await client.invoke('Send', channel, 'message', null);
    }
    assert.deepEqual((await client.unheard()).map((event) => event.channel), ['chat:stays']);
  });

  test('Publish answers an object for a channel and a list for several, each with its own copy', async () => {
    const client = await gateway.connect(transport);
    await client.invoke('Subscribe', ['chat:a', 'chat:b']);

    const one = await client.invoke('Publish', { channel: 'chat:a', event: 'message', data: 1 });
    const several = await client.invoke('Publish', { channels: ['chat:a', 'chat:b'], event: 'message', data: 2 });

    assert.equal(one.channel, 'chat:a');
    assert.deepEqual(several.map((result) => result.channel), ['chat:a', 'chat:b']);
    assert.equal(several[0].id, several[1].id);
    assert.equal(several[0].offset, one.offset + 1);
    const [first, ...copies] = await client.nextEvents(3);
    assert.deepEqual([positionOf(first), first.channels], [positionOf(one), undefined]);
    for (const [index, copy] of copies.entries()) {
      assert.deepEqual([positionOf(copy), copy.channels], [positionOf(several[index]), ['chat:a', 'chat:b']]);
    }
  });

  test('A publisher that asks for no echo hears nothing of it, and the others do', async () => {
    const ann = await gateway.connect(transport);
    const bob = await gateway.connect(transport);
    await ann.invoke('Subscribe', 'chat:lobby');
    await bob.invoke('Subscribe', 'chat:lobby');

    const spared = await ann.invoke('Publish', { channel: 'chat:lobby', event: 'message', data: 'not to me', echo: false });
    const echoed = await ann.invoke('Publish', { channel: 'chat:lobby', event: 'message', data: 'to me too' });

    assert.deepEqual((await ann.unheard()).map(positionOf), [positionOf(echoed)]);
    assert.deepEqual((await bob.unheard()).map(positionOf), [spared, echoed].map(positionOf));
  });
});

function positionOf({ id, epoch, offset }) {
  return { id, epoch, offset };
}

function namesOf(result) {
  return result.channels.map((entry) => entry.channel);
}
