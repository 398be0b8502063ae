import { disposed, RealtimeError, toRealtimeError } from './errors.js';
import { Link, type LinkHandler } from './Link.js';
import type { Report } from './Listeners.js';
import type { Settings } from './options.js';
import type { ConnectionState, StateChange } from './states.js';
import { randomDelay, Timer, within } from './time.js';
import { askForToken, userOf } from './token.js';
import { TokenRefresh } from './TokenRefresh.js';

/** Who hears how the connection fares, and what it brings. */
export interface ConnectionHandler extends Omit<LinkHandler, 'onLost'> {
  onState(change: StateChange): void;
  /** A new session has begun, and has nothing yet. */
  onConnected(link: Link): void;
  /** There is no connection any more; what was in flight fails by itself. */
  onDisconnected(): void;
  /** Nothing is tried any more, for this reason; whatever waits is refused. `isFinal`: not even by a later connection. */
  onGivenUp(error: RealtimeError, isFinal: boolean): void;
}

interface Waiting {
  resolve(link: Link): void;
  reject(error: RealtimeError): void;
}

/** Keeps one connection to the gateway: makes it, makes it anew when it is lost, and knows its state. */
export class Connection {
  readonly #delay = new Timer();
  /** Who waits for the connection. */
  readonly #waiting = new Set<Waiting>();
  /** The link that is open, or being opened. */
  #link: Link | undefined;
  #refresh: TokenRefresh | undefined;
  /** The token function, while it is asked whether it has another token. */
  #asked: Promise<string | null | undefined> | undefined;
  #change: StateChange & { state: ConnectionState } = { state: 'disconnected' };
  /** Nobody has connected yet: the first who needs it does. */
  #isUntouched = true;
  /** Counts what was decided from outside, so that an attempt which took long knows that it counts no longer. */
  #turn = 0;
  isDisposed = false;
  #end: Promise<void> | undefined;
  #refusedCredentials = 0;
  userId: string | null = null;

  constructor(
    private readonly url: string,
    private readonly settings: Settings,
    private readonly handler: ConnectionHandler,
    private readonly report: Report,
  ) {}

  get state(): ConnectionState {
    return this.#change.state;
  }

  /** The link, while it is connected. */
  get link(): Link | undefined {
    return this.state === 'connected' ? this.#link : undefined;
  }

  /** Why nothing can be done, now and until somebody connects by hand. */
  get failure(): RealtimeError | undefined {
    return this.isDisposed ? disposed() : this.#change.state === 'error' ? this.#change.error : undefined;
  }

  /** Connects, unless it does or did so already, or was told not to. */
  use(): void {
    if (this.#isUntouched && !this.isDisposed) {
      this.#begin('connecting');
    }
  }

  /** Connects, also after a pause or an error. */
  async open(): Promise<void> {
    if (!this.isDisposed && (this.state === 'disconnected' || this.state === 'error')) {
      this.#begin('connecting');
    }
    await this.whenConnected();
  }

  /** Ends the connection until somebody asks for it. */
  async close(): Promise<void> {
    this.#throwIfDisposed();
    this.#isUntouched = false;
    const stopped = this.#drop();
    this.#tell({ state: 'disconnected' });
    await stopped;
  }

  /** Puts a new connection in the place of this one, at once. */
  async reopen(): Promise<void> {
    this.#throwIfDisposed();
    void this.#drop();
    this.#begin('reconnecting');
    await this.whenConnected();
  }

  /** The token counts no longer: connects anew with another, as after any loss. If there is none it goes on as it is. */
  async renew(error: RealtimeError, goOn: () => void): Promise<void> {
    const { link } = this;
    // A failure is told by the attempt that follows.
    const token = await (this.#asked ??= askForToken(this.settings).catch(() => undefined));
    this.#asked = undefined;
    if (link && link === this.link) {
      if (token === null || token === this.#refresh!.token) {
        goOn();
      } else {
        this.#onLost(error, false);
      }
    }
  }

  dispose(): Promise<void> {
    return (this.#end ??= this.#dispose());
  }

  /** Waits for the connection; fails when nothing is tried any more. */
  async whenConnected(): Promise<void> {
    await this.#wait().link;
  }

  /** Calls a method of the hub, once there is a connection. It fails as `unavailable` when that takes too long. */
  call<T>(method: string, ...args: unknown[]): Promise<T> {
    this.use();
    const { link, end } = this.#wait();
    return within(link.then((open) => open.call<T>(method, ...args)), this.settings.callTimeout, method).finally(end);
  }

  /** Pings in the interval that the settings have now. */
  pingAnew(): void {
    this.#link?.pingAnew();
  }

  #wait(): { link: Promise<Link>; end(): void } {
    let waiting: Waiting | undefined;
    const link = new Promise<Link>((resolve, reject) => {
      waiting = { resolve, reject };
      if (this.failure) {
        reject(this.failure);
      } else if (this.link) {
        resolve(this.link);
      } else {
        this.#waiting.add(waiting);
      }
    });
    return { link, end: () => void this.#waiting.delete(waiting!) };
  }

  #begin(state: 'connecting' | 'reconnecting', attempt = 0, error?: RealtimeError): void {
    this.#isUntouched = false;
    if (attempt === 0) {
      this.#refusedCredentials = 0; // Asked for by hand: what was refused before does not count.
    }
    if (attempt > this.settings.retryAttempts) {
      const sentence = `Not connected after ${attempt - 1} further attempts. ${error?.message ?? ''}`;
      this.#giveUp(new RealtimeError(error?.code ?? 'unavailable', sentence));
      return;
    }
    const turn = ++this.#turn;
    const delay = attempt === 0 ? 0 : randomDelay(this.settings.reconnectDelay, attempt - 1) + (error?.retryAfter ?? 0) * 1000;
    this.#tell({ state, attempt, delay, ...(error ? { error } : {}) });
    if (turn === this.#turn) {
      this.#delay.set(delay, () => void this.#try(state, attempt, turn));
    }
  }

  async #try(state: 'connecting' | 'reconnecting', attempt: number, turn: number): Promise<void> {
    let link: Link | undefined;
    try {
      const token = await askForToken(this.settings);
      if (turn !== this.#turn) {
        return;
      }
      link = this.#link = new Link(this.url, this.settings, token, {
        ...this.handler,
        onLost: (lost, error, isFinal) => lost === this.#link && this.#onLost(error, isFinal),
      });
      await link.start();
      if (turn === this.#turn) {
        this.#onStarted(link, token);
      }
    } catch (thrown) {
      if (turn === this.#turn) {
        this.#onFailed(state, attempt, toRealtimeError(thrown), link === undefined);
      }
    }
  }

  #onStarted(link: Link, token: string | null): void {
    this.#refusedCredentials = 0;
    this.userId = userOf(token);
    this.#refresh = new TokenRefresh(this.settings, link, token, (userId) => (this.userId = userId), this.report);
    this.#tell({ state: 'connected', connectionId: link.connectionId });
    if (link === this.link) {
      this.handler.onConnected(link);
    }
    if (link === this.link) {
      this.#settle((waiting) => waiting.resolve(link));
    }
  }

  #onFailed(state: 'connecting' | 'reconnecting', attempt: number, error: RealtimeError, isTokens: boolean): void {
    this.#link = undefined;
    if (isTokens) {
      this.report(error);
    }
    const isRefused = error.code === 'unauthenticated' || error.code === 'token_expired';
    this.#refusedCredentials = isRefused ? this.#refusedCredentials + 1 : 0;
    // One token more is asked for: the first may have been an old one.
    const isFinal = isRefused
      ? this.#refusedCredentials > 1 || !this.settings.token
      : error.code === 'permission_denied' || error.code === 'disabled';
    if (isFinal) {
      this.#giveUp(error);
    } else if (this.settings.autoReconnect) {
      this.#begin(state, attempt + 1, error);
    } else {
      this.#stayAway(error);
    }
  }

  #onLost(error: RealtimeError | undefined, isFinal: boolean): void {
    void this.#drop();
    if (isFinal || error?.code === 'disabled') {
      this.#giveUp(error!);
    } else if (this.settings.autoReconnect) {
      this.#begin('reconnecting', 1, error);
    } else {
      this.#stayAway(error ?? new RealtimeError('unavailable', 'The connection was lost.'));
    }
  }

  #giveUp(error: RealtimeError): void {
    this.#turn++;
    this.#tell({ state: 'error', error });
    this.handler.onGivenUp(error, true);
    this.#settle((waiting) => waiting.reject(error));
  }

  #stayAway(error: RealtimeError): void {
    this.#tell({ state: 'disconnected', error });
    this.handler.onGivenUp(error, false);
    this.#settle((waiting) => waiting.reject(error));
  }

  /** Ends what there is: the link, an attempt that is on its way, a delay. */
  async #drop(): Promise<void> {
    this.#turn++;
    this.#delay.clear();
    this.#refresh?.stop();
    const [link, wasConnected] = [this.#link, this.state === 'connected'];
    this.#link = undefined;
    if (wasConnected) {
      this.handler.onDisconnected();
    }
    await link?.stop();
  }

  async #dispose(): Promise<void> {
    this.isDisposed = true;
    this.#tell({ state: 'disposing' });
    const stopped = this.#drop();
    this.handler.onGivenUp(disposed(), true);
    this.#settle((waiting) => waiting.reject(disposed()));
    await stopped;
    this.#tell({ state: 'disconnected' });
  }

  #tell(change: StateChange & { state: ConnectionState }): void {
    this.#change = change;
    this.handler.onState(change);
  }

  #settle(settle: (waiting: Waiting) => void): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    waiting.forEach(settle);
  }

  #throwIfDisposed(): void {
    if (this.isDisposed) {
      throw disposed();
    }
  }
}
