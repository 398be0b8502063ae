const repeat = 2500; // ms after which it is told again
const fade = 5000; // ms after which it is no longer believed

/**
 * Who is typing in a room: events of a channel beside it, which keeps no history. What is heard fades by itself, so it does
 * not matter that the last word is lost when somebody vanishes.
 */
export class Typing extends EventTarget {
  #client;
  #userId;
  #channel;
  #subscription;
  #timers = new Map();
  #toldAt = -Infinity;

  /** @param {string} room the channel of the room */
  constructor(client, userId, room) {
    super();
    this.#client = client;
    this.#userId = userId;
    this.#channel = `typing:${room}`;
  }

  /** The ids of those who are typing, the first to begin first. */
  get users() {
    return [...this.#timers.keys()];
  }

  async listen() {
    this.#subscription = await this.#client.subscribe(this.#channel, (event) => this.#hear(event), { echo: false });
  }

  async end() {
    [...this.#timers.values()].forEach(clearTimeout);
    this.#timers.clear();
    await this.#subscription?.unsubscribe();
  }

  /** Tells the others that we are typing, now and then; or at once that we have stopped. */
  tell(isTyping) {
    const wasTold = performance.now() - this.#toldAt < (isTyping ? repeat : fade);
    if (isTyping === wasTold || this.#client.state !== 'connected') {
      return; // Unlike a message it is worth nothing later, so it is not sent into the buffer.
    }

    this.#toldAt = isTyping ? performance.now() : -Infinity;
    this.#client.send(this.#channel, isTyping ? 'started' : 'stopped', null).catch(() => {}); // The next one is as good.
  }

  /** Somebody has said what he was typing. */
  forget(userId) {
    clearTimeout(this.#timers.get(userId));
    if (this.#timers.delete(userId)) {
      this.dispatchEvent(new Event('change'));
    }
  }

  #hear({ event, sender }) {
    const userId = sender?.userId;
    if (!userId || userId === this.#userId) {
      return; // Nobody to name, or we ourselves in another tab.
    }

    if (event !== 'started') {
      this.forget(userId);
      return;
    }

    clearTimeout(this.#timers.get(userId));
    this.#timers.set(userId, setTimeout(() => this.forget(userId), fade));
    this.dispatchEvent(new Event('change'));
  }
}
