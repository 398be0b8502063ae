import {
  type HubConnection, HubConnectionBuilder, HubConnectionState, HttpTransportType, JsonHubProtocol, LogLevel,
} from '@microsoft/signalr';
import { ConnectionLost, parseError, RealtimeError, toRealtimeError } from './errors.js';
import type { Settings } from './options.js';
import { isNode, observedWebSocket } from './platform.js';
import type { ChannelNotice, PresenceChange, RealtimeEvent } from './protocol.js';
import { findRefusal } from './refusal.js';
import { randomDelay, Timer, within } from './time.js';
import { pingTarget, WatchedProtocol } from './WatchedProtocol.js';

/** Who hears what a link brings. */
export interface LinkHandler {
  onEvent(event: RealtimeEvent): void;
  onPresence(change: PresenceChange): void;
  onNotice(notice: ChannelNotice): void;
  /** It has ended by itself. `isFinal`: the gateway said that nobody should come back. */
  onLost(link: Link, error: RealtimeError | undefined, isFinal: boolean): void;
}

/** One connection, from its start to its end; the next is another link. */
export class Link {
  readonly #hub: HubConnection;
  readonly #protocol: WatchedProtocol;
  readonly #pingTimer = new Timer();
  readonly #url: string;
  readonly #headers: Record<string, string> = {};
  /** What waits to be asked again: each ends it. */
  readonly #waits = new Set<() => void>();
  #nextPing = 0;
  #socket: WebSocket | undefined;
  #hasEnded = false;

  constructor(url: string, private readonly settings: Settings, private readonly token: string | null, handler: LinkHandler) {
    this.#url = url;
    if (settings.apiKey && isNode) {
      this.#headers['X-Api-Key'] = settings.apiKey;
    } else if (settings.apiKey) {
      this.#url += `${url.includes('?') ? '&' : '?'}api_key=${encodeURIComponent(settings.apiKey)}`;
    }
    const isNegotiated = settings.transport === 'auto';
    const webSocket = observedWebSocket((socket) => (this.#socket = socket));
    this.#protocol = new WatchedProtocol(settings.protocol ?? new JsonHubProtocol(), () => this.#pingIfDue());
    this.#hub = new HubConnectionBuilder()
      .withUrl(this.#url, {
        headers: this.#headers,
        timeout: settings.connectTimeout,
        skipNegotiation: !isNegotiated,
        ...(isNegotiated ? {} : { transport: HttpTransportType.WebSockets }),
        ...(token === null ? {} : { accessTokenFactory: () => token }),
        ...(webSocket ? { WebSocket: webSocket } : {}),
      })
      .withHubProtocol(this.#protocol)
      .withServerTimeout(settings.serverTimeout)
      .withKeepAliveInterval(2 ** 31 - 1) // Pings are sent here: the SignalR client sends one at most for each message that comes.
      .configureLogging(LogLevel.None)
      .build();
    const whileOpen = <T>(handle: (value: T) => void) => (value: T) => void (this.#hasEnded || handle(value));
    this.#hub.on('event', whileOpen((event: RealtimeEvent) => handler.onEvent(event)));
    this.#hub.on('presence', whileOpen((change: PresenceChange) => handler.onPresence(change)));
    this.#hub.on('subscription', whileOpen((notice: ChannelNotice) => handler.onNotice(notice)));
    this.#hub.onclose((error) => {
      if (!this.#hasEnded) {
        this.#end();
        const { close } = this.#protocol;
        const reason = this.#closeError() ?? (error && toRealtimeError(error));
        handler.onLost(this, reason, close?.error !== undefined && !close.allowReconnect);
      }
    });
  }

  /** The connection's id, where it was negotiated. */
  get connectionId(): string | null {
    return this.#hub.connectionId;
  }

  /** Opens it. It fails with the gateway's refusal, or with `unavailable`. */
  async start(): Promise<void> {
    try {
      await within(this.#hub.start(), this.settings.connectTimeout, 'Connecting');
      if (this.#protocol.close) {
        throw this.#closeError();
      }
      this.#ping();
    } catch (error) {
      const refusal = this.#closeError() ?? (error instanceof RealtimeError ? error : await this.#findRefusal());
      void this.stop();
      throw refusal ?? toRealtimeError(error);
    }
  }

  /** Calls a method of the hub. It fails with what the gateway refused it for, or as `ConnectionLost`. */
  async call<T>(method: string, ...args: unknown[]): Promise<T> {
    try {
      return await this.#hub.invoke<T>(method, ...args);
    } catch (error) {
      const refusal = error instanceof RealtimeError ? error : error instanceof Error && parseError(error.message);
      if (refusal) {
        throw refusal;
      }
      // A socket that is closing takes nothing any more, and may be so for long before it says that it is closed.
      void this.#hub.stop();
      throw new ConnectionLost();
    }
  }

  /** The same; but what is refused for a time is asked again after that time, while the connection lasts and it is still wanted. */
  async callPatiently<T>(isWanted: () => boolean, method: string, ...args: unknown[]): Promise<T> {
    for (let refusals = 0; ; refusals++) {
      try {
        return await this.call<T>(method, ...args);
      } catch (error) {
        const { isTemporary, retryAfter } = error as RealtimeError;
        if (!isTemporary) {
          throw error;
        }
        await this.#wait(retryAfter === undefined ? randomDelay(this.settings.reconnectDelay, refusals) : retryAfter * 1000);
        if (!isWanted()) {
          throw new ConnectionLost();
        }
      }
    }
  }

  /** Pings now, and from now on in the interval that the settings have. */
  pingAnew(): void {
    if (this.#hub.state === HubConnectionState.Connected) {
      this.#ping();
    }
  }

  /** Ends it; nobody is told. */
  async stop(): Promise<void> {
    this.#end();
    if (this.#socket?.readyState === 0) {
      this.#socket.close();
    }
    await this.#hub.stop();
  }

  #findRefusal(): Promise<RealtimeError | undefined> {
    const abort = new AbortController();
    const giveUp = () => abort.abort();
    this.#wait(5_000).then(giveUp, giveUp);
    const authorization: Record<string, string> = this.token === null ? {} : { Authorization: `Bearer ${this.token}` };
    return findRefusal(this.#url, { ...this.#headers, ...authorization }, abort.signal);
  }

  #wait(delay: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = new Timer();
      const cancel = () => {
        timer.clear();
        reject(new ConnectionLost());
      };
      this.#waits.add(cancel);
      timer.set(delay, () => {
        this.#waits.delete(cancel);
        resolve();
      });
    });
  }

  #end(): void {
    this.#hasEnded = true;
    this.#pingTimer.clear();
    this.#waits.forEach((cancel) => cancel());
  }

  #closeError(): RealtimeError | undefined {
    const { close } = this.#protocol;
    const reason = close?.error ?? 'The gateway has closed the connection.';
    return close && (parseError(reason) ?? new RealtimeError('unavailable', reason));
  }

  #ping(): void {
    this.#hub.send(pingTarget).catch(() => {}); // That the connection is gone is seen elsewhere.
    this.#nextPing = Date.now() + this.settings.pingInterval;
    this.#pingTimer.set(this.settings.pingInterval, () => this.#ping());
  }

  // Whenever something comes, too: browsers hold back the timers of pages in the background, and not what the network brings.
  #pingIfDue(): void {
    if (this.#nextPing && !this.#hasEnded && Date.now() >= this.#nextPing) {
      this.#ping();
    }
  }
}
