import type { RealtimeError } from './errors.js';
import type { Position } from './positions.js';
import type { Condition, NotRecoveredReason, RealtimeEvent } from './protocol.js';
import type { SubscriptionState } from './states.js';

/** Is given each publication, in the order of its channel. What it throws is told to the listeners of `error`. */
export type EventHandler<T = any> = (event: RealtimeEvent<T>) => unknown;

/** What of its channels a subscription wants, and how. */
export interface SubscribeOptions {
  /** 1 to 100 patterns of event names, of which one must fit: `order.*.paid`, where `*` is one segment. Default: all. */
  events?: string[] | null;
  /** Conditions on the data, all of which must hold. Default: none. */
  filter?: Condition[] | null;
  /** Hear without being a member that others see, where the gateway's policy allows it. Default false. */
  hidden?: boolean;
  /** Whether it hears what this client sends. Default: the client's `echo`. */
  echo?: boolean;
  /** Begins after this position, by channel if there are several: what came since is handed over first. */
  since?: Position | { [channel: string]: Position };
}

/** What is replaced; what is left out stays as it is. */
export interface SubscriptionUpdate {
  channels?: string | string[];
  events?: string[] | null;
  filter?: Condition[] | null;
}

/** What became of a channel of a subscription. */
export type SubscriptionNotice =
  /** After a reconnect: what was missed has been handed over. */
  | { type: 'recovered'; channel: string }
  /** What was missed is not to be had: load the state anew. Live events come all the same. */
  | { type: 'notRecovered'; channel: string; reason: NotRecoveredReason }
  /** Something was not told: publications (load the state anew), or with the reason `presence` changes of the members. */
  | { type: 'gap'; channel: string; reason: string }
  /** The right to read is gone, and so is the channel. `reason` is an error's code, or a word of the server. */
  | { type: 'revoked'; channel: string; reason: string }
  /**
   * The gateway refused to bring the subscription back after a reconnect, and it has ended. Or the client's state is `error`: then it is
   * kept, and brought back when somebody connects by hand.
   */
  | { type: 'error'; error: RealtimeError };

/** Interest in some channels. It outlives connections: after each reconnect it is made again, and given what was missed. */
export interface Subscription {
  /** Unique in this client. */
  readonly id: string;
  readonly channels: readonly string[];
  /** What it was last told to be; while there is no connection, that on the last one. */
  readonly state: SubscriptionState;
  /** How far it is in a channel; undefined where the channel keeps no history. */
  position(channel: string): Position | undefined;
  /**
   * Replaces channels, events or filter in one step; what stays loses and doubles nothing. It is done when the gateway has answered;
   * if that refuses, all stays as it was. Without a connection it waits for the next.
   */
  update(change: SubscriptionUpdate): Promise<void>;
  /** Ends it; nothing is handed over from now on. It is done when the gateway knows. */
  unsubscribe(): Promise<void>;
  /** Hears publications of one event name. @returns A function that takes this listener away. */
  on<T = any>(event: string, listener: EventHandler<T>): () => void;
  /** The same, for the next one only. */
  once<T = any>(event: string, listener: EventHandler<T>): () => void;
  /** Takes a listener of this event name away, or without one all of them. */
  off(event: string, listener?: EventHandler): void;
  /** Hears every publication. @returns A function that takes this listener away. */
  onAny(listener: EventHandler): () => void;
  /** Takes a listener of every publication away, or without one all of them. */
  offAny(listener?: EventHandler): void;
  /** The listeners of an event name, or of every publication, in their order; `listeners('message').length` counts them. */
  listeners(event?: string): EventHandler[];
  /** Hears what became of its channels. @returns A function that takes this listener away. */
  onNotice(listener: (notice: SubscriptionNotice) => unknown): () => void;
}
