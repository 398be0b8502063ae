import type { IHubProtocol } from '@microsoft/signalr';

/** How a client is made. Everything has a default; times are in ms. */
export interface RealtimeOptions {
  /**
   * Gives the token (JWT) that says who this client is; null or undefined for a guest. It is asked at each connect, and again before
   * the token's `exp`. What it throws is told to the listeners of `error`, and it is asked again later. Default: a guest.
   */
  token?: () => string | null | undefined | Promise<string | null | undefined>;
  /** A key that the gateway asks for beside, or instead of, a token. In a page it is everybody's who opens it. */
  apiKey?: string;
  /** How messages are written, `new MessagePackHubProtocol()` of `@microsoft/signalr-protocol-msgpack` for instance. Default JSON. */
  protocol?: IHubProtocol;
  /**
   * `webSockets` (default): a WebSocket at once. `auto`: negotiated, and Server-Sent Events or long polling where there is no
   * WebSocket; this costs a round trip, and behind a load balancer it needs sticky sessions.
   */
  transport?: 'webSockets' | 'auto';
  /** Whether a connection that was lost, or could not be made, is tried again. Default true. */
  autoReconnect?: boolean;
  /** How often it is tried again before the state is `error`; one that succeeds starts the count anew. Default Infinity. */
  retryAttempts?: number;
  /**
   * The time before attempt n is random, between 0 and `min(max, base * 2 ** (n - 1))`, after what the gateway names where it refuses for
   * a time. Default `{ base: 1000, max: 20000 }`.
   */
  reconnectDelay?: { base?: number; max?: number };
  /** How often a ping is sent while connected. The gateway closes who is silent for 30 s. Default 15,000. */
  pingInterval?: number;
  /** A connection that brings nothing for so long is given up; the gateway pings every 15 s. Default 30,000. */
  serverTimeout?: number;
  /** How long one attempt to connect may take, the token included. Default 15,000. */
  connectTimeout?: number;
  /** How long a call other than a send may take, waiting for a connection included. Default 30,000. */
  callTimeout?: number;
  /** How many sends may wait while there is no connection; 0: none is kept over a loss. Default 100. */
  buffer?: number;
  /** Whether subscriptions and profile are brought back after a reconnect. Default true; false ends the subscriptions. */
  restore?: boolean;
  /** Whether this client hears what it sends. Default true. */
  echo?: boolean;
}

/** The options with their defaults in place. */
export type Settings = Omit<Required<RealtimeOptions>, 'token' | 'apiKey' | 'protocol' | 'reconnectDelay'> &
  Pick<RealtimeOptions, 'token' | 'apiKey' | 'protocol'> & { reconnectDelay: { base: number; max: number } };

export function withDefaults(options: RealtimeOptions): Settings {
  return {
    transport: 'webSockets',
    autoReconnect: true,
    retryAttempts: Infinity,
    pingInterval: 15_000,
    serverTimeout: 30_000,
    connectTimeout: 15_000,
    callTimeout: 30_000,
    buffer: 100,
    restore: true,
    echo: true,
    ...present(options),
    reconnectDelay: { base: 1_000, max: 20_000, ...present(options.reconnectDelay ?? {}) },
  };
}

/** Without the properties that are undefined: such a one is as good as absent. */
export function present<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as never;
}
