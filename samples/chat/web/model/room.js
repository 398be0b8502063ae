import { readProfile } from '../profile.js';
import { Messages } from './messages.js';
import { Typing } from './typing.js';

/**
 * One room: a channel, what was said in it, and who is there.
 * Fires `change` when something that is shown of it has changed, and `recovered` with `{ count }` after a break.
 */
export class Room extends EventTarget {
  #client;
  #userId;
  #subscription;
  #presence;
  #recovery;
  #profiles = new Map();

  /** @param {{ channel: string, title: string, topic: string, isPrivate?: boolean }} room */
  constructor(client, userId, room) {
    super();
    Object.assign(this, room);
    this.#client = client;
    this.#userId = userId;
    this.messages = new Messages();
    this.typing = new Typing(client, userId, room.channel);
    this.typing.addEventListener('change', () => this.#change());
  }

  /** @type {'outside' | 'entering' | 'inside' | 'refused'} */
  state = 'outside';

  /** Why we are not inside: `{ code, message }`. */
  refusal = null;

  /** Whether somebody looks at it; what comes meanwhile is not unread. */
  isOpen = false;

  /** How many messages came while nobody looked, and the id of the first of them. */
  unread = 0;
  firstUnread = null;

  /** Who is here, by name: `{ id, userId, profile }`, with an id of its own for each guest. Who lost his connection is still here for 10 s: he is expected back. */
  get members() {
    return (this.#presence?.members ?? [])
      .map(({ id, userId, profile }) => ({ id, userId, profile: readProfile(userId ?? 'Guest', profile) }))
      .sort((one, other) => one.profile.name.localeCompare(other.profile.name));
  }

  /** The profile of somebody who is or was here, or of a server. */
  profileOf({ userId, author }) {
    return this.#profiles.get(userId) ?? readProfile(userId ?? (author === 'server' ? 'Server' : 'Guest'));
  }

  /**
   * Subscribes, then reads what was said before: in this order, so that nothing falls between the two. It does not fail: why it
   * was refused is then the room's `refusal`.
   */
  async enter() {
    if (this.state !== 'outside' && this.state !== 'refused') {
      return;
    }

    this.state = 'entering';
    this.#change();
    try {
      const onNotice = (notice) => this.#heed(notice);
      this.#subscription = await this.#client.subscribe(this.channel, (event) => this.#hear(event), { onNotice });
      await this.#untilAvailable(() => this.#readHistory());
      this.#presence = await this.#untilAvailable(() => this.#client.presence(this.channel, () => this.#meet()));
      this.#meet();
      await this.typing.listen();
      this.state = 'inside';
    } catch (error) {
      this.#refuse(error);
    }
    this.#change();
  }

  /** Says something. It is shown at once, as pending; the client keeps it while the gateway is away. */
  async say(text) {
    const id = crypto.randomUUID();
    this.messages.write(id, this.#userId, text);
    this.typing.tell(false);
    this.#change();
    await this.#send(id, text);
  }

  /** Tries again what was refused, under its own id: if it has arrived after all, it is not said twice. */
  async sayAgain({ id, text }) {
    this.messages.fail(id, undefined);
    this.#change();
    await this.#send(id, text);
  }

  /** Somebody looks at it now, or no longer. */
  look(isOpen) {
    if (this.isOpen && !isOpen) {
      this.firstUnread = null;
    }
    this.isOpen = isOpen;
    if (isOpen) {
      this.unread = 0;
    }
    this.#change();
  }

  /** Goes, so that the others see it at once. Who only vanishes is expected back for a while. */
  async leave() {
    await this.#subscription?.unsubscribe();
  }

  /** The connection is gone: what comes from history now is a recovery of its own. */
  loseConnection() {
    this.#recovery = undefined;
  }

  async #send(id, text) {
    try {
      this.messages.acknowledge(id, await this.#client.send(this.channel, 'message', { text }, { id }));
    } catch (error) {
      this.messages.fail(id, error.message);
    }
    this.#change();
  }

  #hear(event) {
    if (event.event !== 'message') {
      return;
    }

    this.typing.forget(event.sender?.userId);
    if (event.replayed) {
      this.#recovery ??= { count: 0 };
    }

    const recovery = event.replayed ? this.#recovery : undefined;
    if (this.messages.add(event, recovery)) {
      if (recovery) {
        recovery.count++;
      }
      this.#countUnread(event);
    }
    this.#change();
  }

  #countUnread({ id, sender }) {
    if (!this.isOpen && sender?.userId !== this.#userId) {
      this.firstUnread = this.unread === 0 ? id : this.firstUnread;
      this.unread++;
    }
  }

  async #heed({ type, reason, error }) {
    if (type === 'recovered') {
      this.dispatchEvent(new CustomEvent('recovered', { detail: { count: this.#recovery?.count ?? 0 } }));
    } else if (type === 'notRecovered' || (type === 'gap' && reason !== 'presence')) {
      this.messages.note(`Messages may be missing here (${reason}).`);
      await this.#readHistory().catch(() => {}); // The remark stands.
    } else if (type === 'revoked') {
      this.#refuse({ code: reason, message: 'You may no longer read this room.' });
    } else if (type === 'error' && this.#client.state !== 'error') {
      this.#refuse(error); // Else it is the connection that was refused, which is shown beside all rooms.
    }
    this.#change();
  }

  // Subscribing waits for a connection by itself; a call fails with the one that it was made on, which says nothing about the room.
  async #untilAvailable(call) {
    for (;;) {
      try {
        return await call();
      } catch (error) {
        if (error.code !== 'unavailable') {
          throw error;
        }
        await new Promise((resolve) => setTimeout(resolve, 1000 * (error.retryAfter ?? 1)));
        await this.#client.connected();
      }
    }
  }

  async #readHistory() {
    const { publications } = await this.#client.history(this.channel, { limit: 100, reverse: true });
    for (const publication of publications.reverse()) {
      if (publication.event === 'message') {
        this.messages.add(publication);
      }
    }
  }

  #meet() {
    for (const { userId, profile } of this.members) {
      if (userId) {
        this.#profiles.set(userId, profile);
      }
    }
    this.#change();
  }

  #refuse({ code, message }) {
    this.state = 'refused';
    this.refusal = { code, message };
    this.#presence?.close();
    this.#presence = undefined;
    this.#subscription?.unsubscribe().catch(() => {}); // It may be over already.
    this.#subscription = undefined;
    this.typing.end().catch(() => {}); // It may have been taken away with the room.
  }

  #change() {
    this.dispatchEvent(new Event('change'));
  }
}
