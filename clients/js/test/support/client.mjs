import assert from 'node:assert/strict';
import { HubConnectionBuilder, JsonHubProtocol, LogLevel } from '@microsoft/signalr';
import { inTime } from './inTime.mjs';

/** A SignalR client as everybody builds it, and what it was told. It does not reconnect: what is closed stays closed. */
export class Client {
  #events = new Inbox();
  #presence = new Inbox();
  #notices = new Inbox();

  constructor(url, options, protocol = new JsonHubProtocol()) {
    this.hub = new HubConnectionBuilder().withUrl(url, options).withHubProtocol(protocol).configureLogging(LogLevel.None).build();
    this.hub.on('event', (event) => this.#events.add(event));
    this.hub.on('presence', (change) => this.#presence.add(change));
    this.hub.on('subscription', (notice) => this.#notices.add(notice));
  }

  get isConnected() {
    return this.hub.state === 'Connected';
  }

  start() {
    return inTime(this.hub.start(), 'the connection starts');
  }

  stop() {
    return inTime(this.hub.stop(), 'the connection stops');
  }

  invoke(method, ...args) {
    return inTime(this.hub.invoke(method, ...args), `${method} is answered`);
  }

  /** The text of the error with which a call fails. */
  async refusalOf(method, ...args) {
    const outcome = await this.invoke(method, ...args).then((answer) => ({ answer }), (error) => ({ error }));
    assert.ok(outcome.error, `${method} was not refused; its answer is ${JSON.stringify(outcome.answer)}.`);
    return outcome.error.message;
  }

  /** The next event, in the order of arrival. */
  nextEvent() {
    return inTime(this.#events.next(), 'an event comes');
  }

  async nextEvents(count) {
    const events = [];
    while (events.length < count) {
      events.push(await this.nextEvent());
    }
    return events;
  }

  /** The next change of a channel's members, in the order of arrival. */
  nextPresence() {
    return inTime(this.#presence.next(), 'a change of the members comes');
  }

  /** The next notice about a subscription. */
  nextNotice() {
    return inTime(this.#notices.next(), 'a notice about a subscription comes');
  }

  /** The next notice that something is no longer heard; others are passed over. */
  async nextRevocation() {
    let notice;
    do {
      notice = await this.nextNotice();
    } while (notice.state !== 'revoked');
    return notice;
  }

  /** Every event that came and was not awaited. A call is answered in between, after what was sent before it. */
  async unheardEvents() {
    return (await this.unheard()).filter((heard) => 'event' in heard);
  }

  /** Every event and notice that came and was not awaited. A call is answered in between, after what was sent before it. */
  async unheard() {
    await this.invoke('Unsubscribe', 'nothing:here');
    return [...this.#events.take(), ...this.#notices.take()];
  }

  /** Every change of members that came and was not awaited. */
  async unheardPresence() {
    await this.invoke('Unsubscribe', 'nothing:here');
    return this.#presence.take();
  }
}

/** What came, until somebody asks for it. */
class Inbox {
  #arrived = [];
  #awaited = [];

  add(item) {
    const deliver = this.#awaited.shift();
    if (deliver) {
      deliver(item);
    } else {
      this.#arrived.push(item);
    }
  }

  async next() {
    return this.#arrived.length > 0 ? this.#arrived.shift() : new Promise((resolve) => this.#awaited.push(resolve));
  }

  take() {
    return this.#arrived.splice(0);
  }
}
