import { isBeyond, type Position, positionOf } from './positions.js';
import type { ChannelNotice, RealtimeEvent } from './protocol.js';

// Twice what the gateway replays of a channel at most, which may come before the answer to who asks for it.
const bound = 20_000;

type Arrival = RealtimeEvent | ChannelNotice;

/** Decides which of the session's events one subscription is handed: those that its key names, each position once, in order. */
export class Intake {
  readonly positions = new Map<string, Position>();
  /** What came for a channel about which something is still to be known. */
  readonly #held = new Map<string, Arrival[]>();
  /** Stands for the events and filter of the subscription; null for a plain one, undefined until the gateway has told it. */
  key: string | null | undefined;

  /** @param dropped Is told of a channel when more came than is held back, and all of that is dropped. */
  constructor(private readonly hand: (event: RealtimeEvent) => void, private readonly dropped: (channel: string) => void) {}

  /** Takes an event, or the notice that the session has all up to a position. */
  take(arrival: Arrival): void {
    const held = this.#held.get(arrival.channel);
    if (held) {
      if (held.push(arrival) > bound) {
        held.length = 0;
        this.dropped(arrival.channel);
      }
    } else {
      this.#pass(arrival, this.key);
    }
  }

  /** Holds back what comes for these channels until each is released. */
  hold(channels: Iterable<string>): void {
    for (const channel of channels) {
      if (!this.#held.has(channel)) {
        this.#held.set(channel, []);
      }
    }
  }

  /**
   * Lets what was held back pass, and what comes from now on.
   * @param before The key until now: the gateway changed to the new one at some moment while this was held back.
   */
  release(channel: string, before?: string | null): void {
    const held = this.#held.get(channel) ?? [];
    this.#held.delete(channel);
    held.forEach((arrival) => this.#pass(arrival, this.key, before));
  }

  /** Hands over what history kept for this subscription. */
  replay(events: RealtimeEvent[]): void {
    events.forEach((event) => this.#pass({ ...event, replayed: true }, null));
  }

  /** Sets a position, or with `undefined` forgets it. */
  moveTo(channel: string, position: Position | undefined): void {
    if (position) {
      this.positions.set(channel, position);
    } else {
      this.positions.delete(channel);
    }
  }

  /** Moves a position on, never back. */
  reach(channel: string, position: Position): void {
    if (isBeyond(position, this.positions.get(channel))) {
      this.positions.set(channel, position);
    }
  }

  /** Forgets the channels that are not among these. */
  keepOnly(channels: readonly string[]): void {
    for (const known of [this.positions, this.#held] as Map<string, unknown>[]) {
      known.forEach((_, channel) => channels.includes(channel) || known.delete(channel));
    }
  }

  /** The session is gone: what was held back was not handed over, and is recovered by the next, whose events are held back at first. */
  reset(channels: readonly string[]): void {
    this.#held.clear();
    this.key = undefined;
    this.hold(channels);
  }

  #pass(arrival: Arrival, ...keys: (string | null | undefined)[]): void {
    const position = positionOf(arrival);
    if (position) {
      if (!isBeyond(position, this.positions.get(arrival.channel))) {
        return;
      }
      this.positions.set(arrival.channel, position);
    }
    if ('event' in arrival && keys.some((key) => key === null || (key !== undefined && arrival.matched?.includes(key)))) {
      this.hand(arrival);
    }
  }
}
