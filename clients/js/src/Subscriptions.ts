import { ConnectionLost, type RealtimeError } from './errors.js';
import type { Link } from './Link.js';
import { listOf, LiveSubscription, type SubscriptionOwner } from './LiveSubscription.js';
import type { ChannelNotice, RealtimeEvent } from './protocol.js';
import type { EventHandler, SubscribeOptions, Subscription, SubscriptionNotice } from './Subscription.js';
import type { Position } from './positions.js';

/** The subscriptions of a client. They outlive its connections. */
export class Subscriptions {
  readonly #all = new Set<LiveSubscription>();

  constructor(private readonly owner: SubscriptionOwner, private readonly settings: { restore: boolean; echo: boolean }) {}

  async subscribe(
    channels: string | readonly string[],
    handler: EventHandler | undefined,
    onNotice: ((notice: SubscriptionNotice) => unknown) | undefined,
    options: SubscribeOptions,
  ): Promise<Subscription> {
    const { events = null, filter = null, hidden = false, echo = this.settings.echo, since = {} } = options;
    const wanted = { channels: listOf(channels), events, filter, hidden, echo };
    const subscription = new LiveSubscription(this.owner, wanted, byChannel(wanted.channels, since), (left) => this.#all.delete(left));
    if (handler) {
      subscription.onAny(handler);
    }
    if (onNotice) {
      subscription.onNotice(onNotice);
    }
    this.#all.add(subscription);
    try {
      await subscription.make();
    } catch (error) {
      subscription.end(error as RealtimeError);
      throw error;
    }
    return subscription;
  }

  onEvent(event: RealtimeEvent): void {
    this.#of(event.channel).forEach((subscription) => subscription.take(event));
  }

  onNotice(notice: ChannelNotice): void {
    this.#of(notice.channel).forEach((subscription) => subscription.onChannelNotice(notice));
  }

  /** A new session has begun: asks it for all of them, without waiting in between. */
  restore(link: Link): void {
    this.#all.forEach((subscription) => subscription.askOnce(link));
  }

  /** The session is gone. */
  reset(): void {
    for (const subscription of [...this.#all]) {
      if (this.settings.restore || !subscription.wasAsked) {
        subscription.reset();
      } else {
        subscription.end(new ConnectionLost());
      }
    }
  }

  /** Nothing is tried any more: whoever waits for an answer gets this one. `isFinal`: the others are told, too. */
  giveUp(error: RealtimeError, isFinal: boolean): void {
    this.#all.forEach((subscription) => (isFinal ? subscription.fail(error) : subscription.refuse(error)));
  }

  /** The client is disposed of. */
  end(error: RealtimeError): void {
    this.#all.forEach((subscription) => subscription.end(error));
  }

  #of(channel: string): LiveSubscription[] {
    return [...this.#all].filter((subscription) => subscription.heard.includes(channel));
  }
}

function byChannel(channels: string[], since: Position | { [channel: string]: Position }): { [channel: string]: Position } {
  const isOne = typeof since.epoch === 'string';
  return (isOne ? Object.fromEntries(channels.map((channel) => [channel, since])) : since) as { [channel: string]: Position };
}
