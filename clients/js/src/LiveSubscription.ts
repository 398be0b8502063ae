import { ConnectionLost, RealtimeError } from './errors.js';
import { Intake } from './Intake.js';
import type { Link } from './Link.js';
import type { Report } from './Listeners.js';
import { readMissed } from './missed.js';
import { present } from './options.js';
import { type Position, positionOf } from './positions.js';
import type { ChannelNotice, Condition, RealtimeEvent, SubscribeAnswer, SubscribedChannel } from './protocol.js';
import { randomWord } from './random.js';
import type { StateChange, SubscriptionState } from './states.js';
import type { Subscription, SubscriptionUpdate } from './Subscription.js';
import { SubscriptionListeners } from './SubscriptionListeners.js';

/** What a subscription asks for. */
export interface Wanted {
  channels: string[];
  events: string[] | null;
  filter: Condition[] | null;
  hidden: boolean;
  echo: boolean;
}

/** What a subscription needs of the client that it belongs to. */
export interface SubscriptionOwner {
  readonly link: Link | undefined;
  /** Whether this client published it, and does not want to hear it. @param echo Whether the subscription hears its own. */
  isUnheard(event: RealtimeEvent, echo: boolean): boolean;
  report: Report;
  onState(change: StateChange): void;
  /** The gateway has answered for these channels. */
  onSubscribed(channels: readonly string[]): void;
}

interface Deferred {
  resolve(): void;
  reject(error: RealtimeError): void;
}

/** A subscription as the client keeps it. */
export class LiveSubscription extends SubscriptionListeners implements Subscription {
  readonly id = randomWord(6);
  readonly #intake = new Intake(
    (event) => this.#hand(event),
    (channel) => this.tellNotice({ type: 'gap', channel, reason: 'slow' }),
  );
  /** The channels in which this session has it, and it has all up to now. */
  #made = new Set<string>();
  #state: SubscriptionState = 'unsubscribed';
  /** Who waits for the answer to the first question, or to an update. */
  #asking: Deferred | undefined;
  /** Counts the questions; only the answer to the last one counts. */
  #question = 0;
  #askedOn: Link | undefined;
  #updates: Promise<unknown> = Promise.resolve();
  /** What it is until an update is answered, and stays if that is refused. */
  #before: Wanted | undefined;

  constructor(
    private readonly owner: SubscriptionOwner,
    private wanted: Wanted,
    since: { [channel: string]: Position },
    private readonly left: (subscription: LiveSubscription) => void,
  ) {
    super(owner.report);
    this.#intake.hold(wanted.channels);
    Object.entries(since).forEach(([channel, position]) => this.#intake.moveTo(channel, position));
  }

  get channels(): readonly string[] {
    return this.wanted.channels;
  }

  /** All of which something may come: while an update is on its way, that is what it leaves out, too. */
  get heard(): readonly string[] {
    return [...this.channels, ...(this.#before?.channels ?? [])];
  }

  get state(): SubscriptionState {
    return this.#state;
  }

  position(channel: string): Position | undefined {
    return this.#intake.positions.get(channel);
  }

  /** Whether it was asked for on a connection that is gone. */
  get wasAsked(): boolean {
    return this.#askedOn !== undefined;
  }

  /** Asks for it, now or as soon as there is a connection, and waits for the answer. */
  make(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#asking = { resolve, reject };
      this.#tell('subscribing');
      if (this.owner.link) {
        this.ask(this.owner.link);
      }
    });
  }

  update(change: SubscriptionUpdate): Promise<void> {
    const updated = this.#updates.then(() => this.#update(change));
    this.#updates = updated.catch(() => {});
    return updated;
  }

  async unsubscribe(): Promise<void> {
    if (this.#hasEnded) {
      return;
    }
    const link = this.#askedOn === this.owner.link ? this.owner.link : undefined;
    this.#tell('unsubscribing');
    this.#leave();
    try {
      await link?.callPatiently(() => true, 'Unsubscribe', { id: this.id });
    } catch (error) {
      if (!(error instanceof ConnectionLost)) {
        throw error;
      }
    } finally {
      this.#tell('unsubscribed');
    }
  }

  /** Asks the session of this link for it, unless that was done already. */
  askOnce(link: Link): void {
    if (this.#askedOn !== link) {
      this.ask(link);
    }
  }

  /** Asks the session of this link for it. */
  ask(link: Link): void {
    const question = ++this.#question;
    const isWanted = () => question === this.#question && link === this.owner.link;
    const { channels, events, filter, hidden, echo } = this.wanted;
    const request = present({
      id: this.id,
      channels: channels.map((channel) => {
        const since = this.#intake.positions.get(channel);
        return since ? { channel, since } : channel;
      }),
      events: events ?? undefined,
      filter: filter ?? undefined,
      hidden: hidden || undefined,
      echo: echo ? undefined : false,
    });
    this.#askedOn = link;
    this.#intake.hold(this.heard);
    this.#tell('subscribing');
    // Who waits for the answer is told a refusal; what nobody waits for is asked again after the time that the gateway names.
    const answer = this.#asking ? link.call('Subscribe', request) : link.callPatiently(isWanted, 'Subscribe', request);
    (answer as Promise<SubscribeAnswer>).then(
      (subscribed) => isWanted() && this.#onAnswer(link, subscribed),
      (error) => isWanted() && this.#onRefused(error),
    );
  }

  take(event: RealtimeEvent): void {
    this.#intake.take(event);
  }

  onChannelNotice(notice: ChannelNotice): void {
    const { channel, state, reason = '' } = notice;
    if (state === 'position') {
      this.#intake.take(notice);
    } else if (state === 'gap') {
      const position = positionOf(notice);
      if (position) {
        this.#intake.moveTo(channel, position);
      }
      this.tellNotice({ type: 'gap', channel, reason });
    } else if (state === 'revoked') {
      this.wanted = without(this.wanted, channel);
      this.#before &&= without(this.#before, channel);
      this.#made.delete(channel);
      this.#intake.keepOnly(this.heard);
      this.tellNotice({ type: 'revoked', channel, reason });
      if (this.wanted.channels.length === 0) {
        this.end();
      }
    }
  }

  /** The session is gone. */
  reset(): void {
    this.#question++;
    this.#made.clear();
    this.#intake.reset(this.heard);
  }

  /** Nothing is tried any more: whoever waits for an answer gets this one. */
  refuse(error: RealtimeError): void {
    this.#asking?.reject(error);
    this.#asking = undefined;
  }

  /** Tells an error to whoever waits for an answer; else, and then it is true, to the listeners. */
  fail(error: RealtimeError): boolean {
    const isNotice = !this.#asking;
    this.refuse(error);
    if (isNotice) {
      this.tellNotice({ type: 'error', error });
    }
    return isNotice;
  }

  /** It is over, for a reason that nobody asked for. */
  end(error?: RealtimeError): void {
    if (!this.#hasEnded) {
      this.#leave(error);
      this.#tell('unsubscribed', error);
    }
  }

  get #hasEnded(): boolean {
    return this.#state === 'unsubscribing' || this.#state === 'unsubscribed';
  }

  async #update(change: SubscriptionUpdate): Promise<void> {
    if (this.#hasEnded) {
      throw ended();
    }
    const { channels, ...interest } = change;
    this.#before = this.wanted;
    this.wanted = { ...this.wanted, ...present({ ...interest, channels: channels === undefined ? undefined : listOf(channels) }) };
    try {
      await this.make();
    } catch (error) {
      // Refused, the gateway has it as it was; unless the connection was lost meanwhile, or it was still catching up.
      this.wanted = this.#before;
      this.#before = undefined;
      this.#intake.keepOnly(this.channels);
      if (this.channels.length === 0) {
        this.end(); // They were revoked meanwhile.
      } else if (!this.#hasEnded) {
        if (!this.channels.every((channel) => this.#made.has(channel))) {
          if (this.owner.link) {
            this.ask(this.owner.link);
          }
        } else {
          this.channels.forEach((channel) => this.#intake.release(channel));
          this.#tell('subscribed');
        }
      }
      throw error;
    }
  }

  #onAnswer(link: Link, { key, channels }: SubscribeAnswer): void {
    const [before, made] = [this.#intake.key, this.#made];
    this.#before = undefined;
    this.#intake.key = key;
    this.#made = new Set(this.wanted.channels.filter((channel) => made.has(channel)));
    this.#intake.keepOnly(this.wanted.channels);
    this.#tell('subscribed');
    this.#asking?.resolve();
    this.#asking = undefined;
    for (const channel of channels) {
      this.#settle(link, channel, made.has(channel.channel), before);
    }
    this.owner.onSubscribed(this.wanted.channels);
  }

  /** @param isKept Whether this session had the channel in this subscription before. */
  #settle(link: Link, answer: SubscribedChannel, isKept: boolean, before: string | null | undefined): void {
    const { channel, recovered, reason = 'unavailable' } = answer;
    const [since, position] = [this.#intake.positions.get(channel), positionOf(answer)];
    if (!isKept && recovered === null && since && position) {
      void this.#catchUp(link, channel, since, position);
      return;
    }
    this.#made.add(channel);
    if (isKept && recovered !== false) {
      this.#intake.release(channel, before);
    } else if (recovered) {
      this.#intake.release(channel);
      this.#onRecovered(channel, position!);
    } else {
      this.#intake.moveTo(channel, position);
      this.#intake.release(channel);
      if (recovered === false) {
        this.tellNotice({ type: 'notRecovered', channel, reason });
      }
    }
  }

  /** Another subscription had the channel first, so this one was replayed nothing: what was for it alone is read from history. */
  async #catchUp(link: Link, channel: string, since: Position, position: Position): Promise<void> {
    const { events, filter } = this.wanted;
    const question = this.#question;
    const isWanted = () => question === this.#question && this.wanted.channels.includes(channel);
    const interest = present({ events: events ?? undefined, filter: filter ?? undefined });
    const missed = await readMissed(link, isWanted, channel, since, position, interest).catch(() => undefined);
    if (!missed || !isWanted()) {
      return; // The connection is lost, or something else was asked: that recovers from the same position.
    }
    this.#made.add(channel);
    if (typeof missed === 'string') {
      this.#intake.moveTo(channel, position);
      this.tellNotice({ type: 'notRecovered', channel, reason: missed });
    } else {
      this.#intake.replay(missed);
      this.#onRecovered(channel, position);
    }
    this.#intake.release(channel);
  }

  #onRecovered(channel: string, position: Position): void {
    this.#intake.reach(channel, position);
    this.tellNotice({ type: 'recovered', channel });
  }

  #onRefused(error: RealtimeError): void {
    if (error instanceof ConnectionLost) {
      return; // It is asked for again by the next connection.
    }
    if (this.fail(error)) {
      this.end(error);
    }
  }

  #hand(event: RealtimeEvent): void {
    if (!this.#hasEnded && !this.owner.isUnheard(event, this.wanted.echo)) {
      this.tellEvent(event);
    }
  }

  #leave(error = ended()): void {
    this.#question++;
    this.left(this);
    this.refuse(error);
  }

  #tell(state: SubscriptionState, error?: RealtimeError): void {
    if (state !== this.#state) {
      this.#state = state;
      this.owner.onState({ state, id: this.id, channels: this.channels, ...(error ? { error } : {}) });
    }
  }
}

export function listOf(channels: string | readonly string[]): string[] {
  return [...new Set(typeof channels === 'string' ? [channels] : channels)];
}

function without(wanted: Wanted, channel: string): Wanted {
  return { ...wanted, channels: wanted.channels.filter((other) => other !== channel) };
}

function ended(): RealtimeError {
  return new RealtimeError('unavailable', 'The subscription has ended.');
}
