import type { RealtimeError } from './errors.js';

/** The states of the connection. */
export type ConnectionState = 'connecting' | 'connected' | 'reconnecting' | 'disconnected' | 'error' | 'disposing';

/** The states of a subscription. */
export type SubscriptionState = 'subscribing' | 'subscribed' | 'unsubscribing' | 'unsubscribed';

/** What a listener of `state` is told: each state once it is one, with what belongs to it. */
export type StateChange =
  | {
      /** The first connection, or one after a pause, is `connecting`; one that replaces another is `reconnecting`. */
      state: 'connecting' | 'reconnecting';
      /** 0 for what is tried at once, then 1, 2, 3… until one succeeds. */
      attempt: number;
      /** How long it waits before this attempt, in ms. */
      delay: number;
      /** Why the last attempt failed, or the connection ended, if that is known. */
      error?: RealtimeError;
    }
  | {
      state: 'connected';
      /** See {@link RealtimeClient.connectionId}. */
      connectionId: string | null;
    }
  | {
      /** Nothing is tried: not yet, or it was paused or disposed, or the connection was lost and `autoReconnect` is off. */
      state: 'disconnected';
      error?: RealtimeError;
    }
  | {
      /** Nothing is tried any more: it was refused for good, or the attempts are used up. `connect` and `reconnect` begin anew. */
      state: 'error';
      error: RealtimeError;
    }
  | { state: 'disposing' }
  | {
      state: SubscriptionState;
      /** The subscription's id. */
      id: string;
      channels: readonly string[];
      /** Why it ended, if nobody asked for it. */
      error?: RealtimeError;
    };
