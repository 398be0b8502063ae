import { randomWord } from './random.js';

const remembered = 1_000;

/** Knows what this client has published when it comes back, also on another connection: by its id. */
export class OwnPublications {
  /** What the ids of this client's own making begin with. */
  readonly #prefix = randomWord(10);
  #count = 0;
  /** The last 1,000 ids, and of each whether nobody here is to hear it. */
  readonly #sent = new Map<string, boolean>();

  /** The id of the next publication: `chosen`, or one that is unique. */
  add(chosen: string | undefined, isSpared: boolean): string {
    const id = chosen ?? `${this.#prefix}-${++this.#count}`;
    this.#sent.delete(id);
    this.#sent.set(id, isSpared);
    if (this.#sent.size > remembered) {
      this.#sent.delete(this.#sent.keys().next().value!);
    }
    return id;
  }

  /** Whether the id was made here, so that nobody else can have it. */
  isMade(id: string): boolean {
    return id.startsWith(this.#prefix);
  }

  has(id: string): boolean {
    return this.isMade(id) || this.#sent.has(id);
  }

  /** Whether it was sent with `echo: false`. */
  isSpared(id: string): boolean {
    return !!this.#sent.get(id);
  }
}
