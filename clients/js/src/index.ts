export { type ErrorCode, RealtimeError } from './errors.js';
export type { RealtimeOptions } from './options.js';
export type { Position } from './positions.js';
export type { Presence, PresenceHandler } from './Presence.js';
export type {
  Condition, FilterValue, History, Member, Members, NotRecoveredReason, PresenceChange, Profile, Published, RealtimeEvent,
} from './protocol.js';
export { type ClientEvents, type HistoryOptions, type Publication, RealtimeClient, type SendOptions } from './RealtimeClient.js';
export type { ConnectionState, StateChange, SubscriptionState } from './states.js';
export type { EventHandler, SubscribeOptions, Subscription, SubscriptionNotice, SubscriptionUpdate } from './Subscription.js';
