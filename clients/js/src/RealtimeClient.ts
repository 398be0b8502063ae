import { Connection } from './Connection.js';
import { ConnectionLost, RealtimeError } from './errors.js';
import type { Link } from './Link.js';
import { Listeners } from './Listeners.js';
import { type RealtimeOptions, type Settings, withDefaults } from './options.js';
import { Outbox } from './Outbox.js';
import { OwnPublications } from './OwnPublications.js';
import type { Position } from './positions.js';
import { LivePresence, type Presence, type PresenceHandler, type ReadMembers } from './Presence.js';
import type { Condition, History, Members, Profile, Published, RealtimeEvent } from './protocol.js';
import type { ConnectionState, StateChange } from './states.js';
import type { EventHandler, SubscribeOptions, Subscription, SubscriptionNotice } from './Subscription.js';
import { Subscriptions } from './Subscriptions.js';

/** What a client tells about itself. */
export interface ClientEvents {
  /** Each state of the connection and of the subscriptions, in order. */
  state: StateChange;
  /** What failed without anybody waiting for it: a handler that threw, the token function, a profile that could not be brought back. */
  error: unknown;
}

/** How something is sent. */
export interface SendOptions {
  /** The idempotency key, which becomes the publication's id: 1 to 64 printable characters. Default: one of the client's own making. */
  id?: string;
  /** False: this client does not hear it itself, not even from history after a reconnect. Default: the client's `echo`. */
  echo?: boolean;
}

/** A publication in one channel, or a copy in each of several. */
export interface Publication extends SendOptions {
  channel?: string;
  channels?: string[];
  event: string;
  /** Any JSON value; absent is null. */
  data?: unknown;
}

/** Which page of a channel's history. */
export interface HistoryOptions {
  /** The position behind which the page begins, or with `reverse` before which. Default: the oldest, or the newest. */
  since?: Position;
  /** 1 to 1,000; default 100. */
  limit?: number;
  /** The newest first. Default false. */
  reverse?: boolean;
  events?: string[];
  filter?: Condition[];
}

/**
 * A client of a RealtimeGateway. It connects with the first call, subscription or send, and keeps the connection until it is paused or
 * disposed of. What the gateway refuses is a {@link RealtimeError}.
 */
export class RealtimeClient {
  readonly #report = (error: unknown): void => {
    const { error: listeners } = this.#listeners;
    if (listeners.all.length > 0) {
      listeners.tell(error);
    } else {
      console.error(error);
    }
  };
  readonly #settings: Settings;
  readonly #connection: Connection;
  readonly #subscriptions: Subscriptions;
  readonly #outbox: Outbox;
  readonly #presences = new Set<LivePresence>();
  readonly #listeners = {
    state: new Listeners<StateChange>(this.#report),
    // Who listens to errors and throws is told nowhere else.
    error: new Listeners<unknown>((error) => console.error(error)),
  };
  readonly #userEvents = new Listeners<RealtimeEvent<any>>(this.#report);
  readonly #broadcasts = new Listeners<RealtimeEvent<any>>(this.#report);
  readonly #own = new OwnPublications();
  #connectionId: string | null = null;
  #profile: { profile: Profile; userId: string | null } | undefined;

  /**
   * @param url The gateway's hub, `https://example.com/realtime`; in a page it may be relative.
   * @param options See {@link RealtimeOptions}.
   */
  constructor(url: string, options: RealtimeOptions = {}) {
    this.#settings = withDefaults(options);
    const onState = (change: StateChange) => this.#listeners.state.tell(change);
    this.#connection = new Connection(url, this.#settings, {
      onState,
      onConnected: (link) => this.#onConnected(link),
      onDisconnected: () => this.#onDisconnected(),
      onGivenUp: (error, isFinal) => this.#onGivenUp(error, isFinal),
      onEvent: (event) => this.#onEvent(event),
      onPresence: (change) => this.#presencesOf(change.channel).forEach((presence) => presence.onChange(change)),
      onNotice: (notice) => {
        const tell = () => this.#subscriptions.onNotice(notice);
        const { state, reason = '' } = notice;
        if (state === 'revoked' && this.#settings.token && /^(token_expired|unauthenticated)$/.test(reason)) {
          // With a new token the channel is there again, and what was missed.
          void this.#connection.renew(new RealtimeError(reason, 'The token is not valid any more.'), tell);
        } else {
          tell();
        }
        if (state === 'gap' && reason === 'presence') {
          this.#presencesOf(notice.channel).forEach((presence) => presence.reload(this.#readMembers));
        }
      },
    }, this.#report);
    const connection = this.#connection;
    this.#subscriptions = new Subscriptions({
      get link() {
        return connection.link;
      },
      // An id of one's own choice may be that of another user, too.
      isUnheard: ({ id, sender }, echo) => sender?.userId === this.userId && (echo ? this.#own.isSpared(id) : this.#own.has(id)),
      report: this.#report,
      onState,
      onSubscribed: (channels) => {
        channels.flatMap((channel) => this.#presencesOf(channel)).forEach((presence) => presence.refresh(this.#readMembers));
      },
    }, this.#settings);
    this.#outbox = new Outbox(this.#settings.buffer);
  }

  /** The last state of the connection. */
  get state(): ConnectionState {
    return this.#connection.state;
  }

  /**
   * The connection's id, by which others see who sent something; null while not connected. Where the transport is negotiated
   * (`transport: 'auto'`) it is known at once; over a WebSocket without negotiation the gateway does not tell it, and it is null until
   * this client has heard something that it sent itself.
   */
  get connectionId(): string | null {
    return this.#connection.link ? this.#connection.link.connectionId ?? this.#connectionId : null;
  }

  /** Who this client is: the `sub` of the token that it connected with, or what the gateway said when it was replaced. Null: a guest. */
  get userId(): string | null {
    return this.#connection.userId;
  }

  /** How often a ping is sent while connected, in ms. A change counts at once. */
  get pingInterval(): number {
    return this.#settings.pingInterval;
  }

  set pingInterval(interval: number) {
    this.#settings.pingInterval = interval;
    this.#connection.pingAnew();
  }

  /** Connects, also after a pause or an error, and waits until it is connected; fails if nothing is tried any more. */
  connect(): Promise<void> {
    return this.#connection.open();
  }

  /** Waits until it is connected, and does nothing for it; fails if nothing is tried any more. */
  connected(): Promise<void> {
    return this.#connection.whenConnected();
  }

  /** Disconnects until `resume`. Subscriptions stay, and what is sent and called waits. */
  pause(): Promise<void> {
    return this.#connection.close();
  }

  /** Connects again; subscriptions are given what they missed. */
  resume(): Promise<void> {
    return this.connect();
  }

  /** Puts a new connection in the place of this one, at once, whatever the state. */
  reconnect(): Promise<void> {
    return this.#connection.reopen();
  }

  /** Ends everything, for good: whatever waits is refused, and so is every later call. */
  async dispose(): Promise<void> {
    await this.#connection.dispose();
  }

  /**
   * Subscribes, and waits for the gateway's answer. What is refused now is refused; what was once granted is asked for again after
   * each reconnect.
   * @param channels One channel or several.
   * @param handler Hears every publication; more listeners can be added to the subscription.
   * @param options Which publications, how, and from where on. `onNotice` hears what became of the channels, from the beginning.
   */
  async subscribe<T = any>(
    channels: string | readonly string[],
    handler?: EventHandler<T> | null,
    { onNotice, ...options }: SubscribeOptions & { onNotice?: (notice: SubscriptionNotice) => unknown } = {},
  ): Promise<Subscription> {
    this.#use();
    return this.#subscriptions.subscribe(channels, handler ?? undefined, onNotice, options);
  }

  /** Publishes in one channel, and waits for the acknowledgement; see {@link publish}. */
  send(channel: string, event: string, data?: unknown, options: SendOptions = {}): Promise<Published> {
    return this.publish({ channel, event, data, ...options });
  }

  /**
   * Publishes, and waits for the acknowledgement. While there is no connection it waits in the buffer. If the answer is lost with the
   * connection, it is repeated under its id, which the gateway knows again: it is published once. (A guest is somebody else on each
   * connection: there the repeat can be a second copy, with the same id.)
   * @returns An acknowledgement, or for `channels` a list of them.
   */
  publish(publication: Publication & { channels: string[] }): Promise<Published[]>;
  publish(publication: Publication & { channel: string }): Promise<Published>;
  async publish({ channel, channels, event, data, id, echo }: Publication): Promise<Published | Published[]> {
    this.#use();
    const isSpared = !(echo ?? this.#settings.echo);
    const target = channels ? { channels } : { channel };
    const publication = { ...target, event, data, id: this.#own.add(id, isSpared), ...(isSpared ? { echo: false } : {}) };
    return this.#outbox.send(this.#connection.link, 'Publish', publication);
  }

  /** Publishes to every session, if the gateway allows it. One whose answer is lost is not repeated, and fails as `unavailable`. */
  async broadcast(event: string, data?: unknown): Promise<{ id: string }> {
    this.#use();
    return this.#outbox.send(this.#connection.link, 'Broadcast', event, data ?? null);
  }

  /**
   * A page of the members of a channel.
   * @param options `cursor` of the page before; `limit` 1 to 1,000, default 100.
   */
  members(channel: string, options?: { cursor?: string; limit?: number }): Promise<Members> {
    return this.#connection.call('GetMembers', options ? { channel, ...options } : channel);
  }

  /** A page of what a channel keeps. */
  history<T = any>(channel: string, options: HistoryOptions = {}): Promise<History<T>> {
    return this.#connection.call('GetHistory', { channel, ...options });
  }

  /**
   * A live set of the members of a channel that this client is subscribed to. It is loaded now, and again after each reconnect and
   * wherever changes were left out.
   * @param handler Hears each change, and without a change that the list was loaded.
   */
  async presence(channel: string, handler?: PresenceHandler): Promise<Presence> {
    const presence = new LivePresence(channel, handler, this.#report, (closed) => this.#presences.delete(closed));
    this.#presences.add(presence);
    try {
      await presence.load((request) => this.#connection.call('GetMembers', request));
    } catch (error) {
      presence.close();
      throw error;
    }
    return presence;
  }

  /** Tells the members of all channels that this client is in something about its user; it is set again after a reconnect. */
  async updateProfile(profile: Profile): Promise<void> {
    await this.#connection.call('UpdateProfile', profile);
    this.#profile = { profile, userId: this.userId };
  }

  /** Hears what servers send to the user of this client, wherever he is connected. @returns A function that takes the handler away. */
  onUserEvent<T = any>(handler: EventHandler<T>): () => void {
    return this.#userEvents.add(handler);
  }

  /** Hears what is sent to everybody. @returns A function that takes the handler away. */
  onBroadcast<T = any>(handler: EventHandler<T>): () => void {
    return this.#broadcasts.add(handler);
  }

  /** Hears what this client tells about itself. @returns A function that takes the listener away. */
  on<K extends keyof ClientEvents>(name: K, listener: (value: ClientEvents[K]) => unknown): () => void {
    return (this.#listeners[name] as Listeners<ClientEvents[K]>).add(listener);
  }

  /** Takes a listener away. */
  off<K extends keyof ClientEvents>(name: K, listener: (value: ClientEvents[K]) => unknown): void {
    (this.#listeners[name] as Listeners<ClientEvents[K]>).remove(listener);
  }

  #use(): void {
    this.#connection.use();
    if (this.#connection.failure) {
      throw this.#connection.failure;
    }
  }

  readonly #readMembers: ReadMembers = (request, isWanted) =>
    this.#connection.link?.callPatiently(isWanted, 'GetMembers', request) ?? Promise.reject(new ConnectionLost());

  #onConnected(link: Link): void {
    if (this.#settings.restore && this.#profile && this.#profile.userId === this.userId) {
      link.callPatiently(() => true, 'UpdateProfile', this.#profile.profile)
        .catch((error) => this.#connection.link === link && this.#report(error));
    }
    this.#subscriptions.restore(link);
    this.#outbox.flush(link);
  }

  #onDisconnected(): void {
    this.#connectionId = null;
    this.#subscriptions.reset();
    this.#presences.forEach((presence) => presence.reset());
    this.#outbox.release();
  }

  #onGivenUp(error: RealtimeError, isFinal: boolean): void {
    if (this.#connection.isDisposed) {
      this.#subscriptions.end(error);
      this.#presences.clear();
    } else {
      this.#subscriptions.giveUp(error, isFinal);
    }
    if (isFinal) {
      this.#outbox.refuse(error);
    }
  }

  #onEvent(event: RealtimeEvent): void {
    if (!event.replayed && event.sender && this.#own.isMade(event.id)) {
      this.#connectionId = event.sender.connectionId;
    }
    this.#subscriptions.onEvent(event);
    if (event.channel === '$all') {
      this.#broadcasts.tell(event);
    } else if (event.channel.startsWith('$user:')) {
      this.#userEvents.tell(event);
    }
  }

  #presencesOf(channel: string): LivePresence[] {
    return [...this.#presences].filter((presence) => presence.channel === channel);
  }
}
