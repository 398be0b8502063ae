import type { Position } from './positions.js';

/** One publication. */
export interface RealtimeEvent<T = unknown> extends Partial<Position> {
  channel: string;
  /** The name under which it was published. */
  event: string;
  data: T;
  /** Unique in the channel; the same in all copies of a publication to several channels. */
  id: string;
  /** When the gateway took it: RFC 3339, UTC. */
  time: string;
  /** Who published it; `userId` is null for a guest. Null for a server. */
  sender: { userId: string | null; connectionId: string } | null;
  /** All channels of the publication, if it named several. */
  channels?: string[];
  /** True: it was missed, and comes from history. */
  replayed?: boolean;
  /** The keys of the subscriptions with events or a filter that it fits; which is which, this client sees to. */
  matched?: string[];
}

/** A user with all his connections, or one connection of a guest. */
export interface Member {
  /** `user:ID`, or `guest:CONNECTION`. */
  id: string;
  userId: string | null;
  /** 0 while a user whose connection closed is expected back, which is for 10 seconds. */
  connections: number;
  /** What the member told by `updateProfile`; null until then. */
  profile: Profile | null;
  joinedAt: string;
}

/** Any JSON object, by default up to 4 KiB. */
export type Profile = { [name: string]: unknown };

/** A member came, changed his profile, or went. */
export interface PresenceChange {
  channel: string;
  type: 'join' | 'update' | 'leave';
  member: Member;
}

/** A page of the members of a channel, in the order of their ids. */
export interface Members {
  /** How many members the whole channel has. */
  count: number;
  members: Member[];
  /** What to ask the next page with; absent on the last. */
  cursor?: string;
}

/** A value that a filter compares with. */
export type FilterValue = string | number | boolean | null;

/** One condition on the data of a publication; `attribute` is a path into objects, `customer.country`. */
export type Condition =
  | { method: 'equal' | 'notEqual' | 'contains'; attribute: string; values: FilterValue[] }
  | { method: 'lessThan' | 'lessThanEqual' | 'greaterThan' | 'greaterThanEqual'; attribute: string; values: (string | number)[] }
  | { method: 'between'; attribute: string; values: [number, number] | [string, string] }
  | { method: 'isNull' | 'isNotNull'; attribute: string }
  | { method: 'startsWith' | 'endsWith'; attribute: string; values: string[] }
  | { method: 'and' | 'or' | 'not'; values: Condition[] };

/** The acknowledgement of a publication in one channel: the gateway has it, and where the channel keeps history, under this position. */
export interface Published extends Partial<Position> {
  id: string;
  channel: string;
}

/** A page of what a channel keeps. */
export interface History<T = unknown> extends Position {
  publications: RealtimeEvent<T>[];
  /** What to ask the next page with, as `since`; absent on the last. */
  next?: Position;
}

/** Why what was missed could not be given. */
export type NotRecoveredReason = 'epoch_changed' | 'trimmed' | 'too_far' | 'position_ahead' | 'unavailable' | (string & {});

/** What `Subscribe` answers for one channel. */
export interface SubscribedChannel extends Partial<Position> {
  channel: string;
  recovered?: boolean | null;
  reason?: NotRecoveredReason;
}

export interface SubscribeAnswer {
  id: string;
  key: string | null;
  channels: SubscribedChannel[];
}

/** What the gateway tells of a channel by itself. */
export interface ChannelNotice extends Partial<Position> {
  channel: string;
  state: 'revoked' | 'gap' | 'position' | (string & {});
  reason?: string;
}

export interface Authenticated {
  userId: string | null;
  roles: string[];
  expiresAt: string | null;
}
