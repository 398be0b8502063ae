import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { afterEach, describe, test } from 'node:test';
import { EventSource } from 'eventsource';
import { useGateway } from './support/gateway.mjs';
import { inTime } from './support/inTime.mjs';

const gateway = useGateway();

describe('EventSource', () => {
  afterEach(() => gateway.endClients());

  test('comes back by itself after a cut, and is given what it missed, in order and once', async () => {
    const channels = [`chat:${randomUUID()}`, `chat:${randomUUID()}`];
    const publisher = await gateway.connect();
    const connections = [];
    let mayConnect;
    const cuttable = async (url, init) => {
      const cut = new AbortController();
      connections.push({ cut, lastId: init.headers['Last-Event-ID'] });
      const signal = AbortSignal.any([cut.signal, init.signal]);
      await mayConnect;
      return fetch(url, { ...init, signal });
    };
    const source = new EventSource(`${gateway.url}/sse?${channels.map((channel) => `channel=${channel}`).join('&')}`, { fetch: cuttable });
    try {
      const heard = record(source);
      await heard.until(() => heard.answers.length === 1);
      await publisher.invoke('Send', channels[0], 'message', 1);
      await heard.until(() => heard.events.length === 1);

      let returns;
      mayConnect = new Promise((resolve) => (returns = resolve)); // It comes back by a clock of its own, but misses both for sure.
      connections[0].cut.abort(new TypeError('The network is gone.')); // By itself it would look like the source's own end.
      await publisher.invoke('Send', channels[0], 'message', 2);
      await publisher.invoke('Send', channels[1], 'message', 3);
      returns();
      await heard.until(() => heard.answers.length === 2);
      await publisher.invoke('Send', channels[0], 'message', 4);
      await heard.until(() => heard.events.length === 4);

      assert.equal(connections.length, 2);
      assert.ok(connections[1].lastId, 'it said where it was');
      assert.deepEqual(heard.answers[1].channels.map(({ recovered }) => recovered), [true, true]);
      assert.deepEqual(heard.events.map(({ data, replayed }) => [data, replayed]), [[1, undefined], [2, true], [3, true], [4, undefined]]);
    } finally {
      source.close();
    }
  });

  test('is not asked to come back where it is refused', async () => {
    const source = new EventSource(`${gateway.url}/sse?channel=team:blue:room`);
    const failed = await inTime(new Promise((resolve) => source.addEventListener('error', resolve)), 'it fails');
    assert.equal(failed.code, 403);
    assert.equal(source.readyState, EventSource.CLOSED);
  });
});

/** What a source was told, and a way to wait for more. */
function record(source) {
  const heard = { events: [], answers: [], waiting: [] };
  const listen = (name, list) =>
    source.addEventListener(name, ({ data }) => {
      list.push(JSON.parse(data));
      heard.waiting.splice(0).forEach((look) => look());
    });
  listen('event', heard.events);
  listen('subscribed', heard.answers);
  heard.until = async (isSo) => {
    while (!isSo()) {
      await inTime(new Promise((look) => heard.waiting.push(look)), 'something is told');
    }
  };
  return heard;
}
