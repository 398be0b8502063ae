import { inTime } from './inTime.mjs';

/** What came, in order, until somebody asks for it. `add` can be handed on as a listener. */
export class Inbox {
  #what;
  #arrived = [];
  #awaited = [];

  constructor(what) {
    this.#what = what;
  }

  add = (item) => {
    const deliver = this.#awaited.shift();
    if (deliver) {
      deliver(item);
    } else {
      this.#arrived.push(item);
    }
  };

  next() {
    const next = this.#arrived.length > 0 ? Promise.resolve(this.#arrived.shift()) : new Promise((resolve) => this.#awaited.push(resolve));
    return inTime(next, `${this.#what} comes`);
  }

  async nextOf(count) {
    const items = [];
    while (items.length < count) {
      items.push(await this.next());
    }
    return items;
  }

  /** The next for which this holds; others are passed over. */
  async nextWhere(holds) {
    let item;
    do {
      item = await this.next();
    } while (!holds(item));
    return item;
  }

  /** Everything that came and was not awaited. */
  take() {
    return this.#arrived.splice(0);
  }
}
