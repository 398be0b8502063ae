import { ConnectionLost, RealtimeError } from './errors.js';
import type { Link } from './Link.js';

interface Letter {
  method: 'Publish' | 'Broadcast';
  args: unknown[];
  /** When it was first written. */
  writtenAt?: number;
  resolve(answer: unknown): void;
  reject(error: RealtimeError): void;
}

// For so long the gateway knows the id of a publish again (5 minutes), less what clocks and networks may take.
const repeatable = 4.5 * 60_000;

/**
 * What is sent, in its order, until it is answered. While there is no connection it waits here, up to a bound; what a lost connection
 * left without an answer is written again, under the id that it has.
 */
export class Outbox {
  #waiting: Letter[] = [];
  readonly #inFlight = new Set<Letter>();

  /** @param size How many may wait while there is no connection; 0: nothing is kept over a loss. */
  constructor(private readonly size: number) {}

  send<T>(link: Link | undefined, method: Letter['method'], ...args: unknown[]): Promise<T> {
    if (!link && this.size === 0) {
      return Promise.reject(new RealtimeError('unavailable', 'There is no connection, and the buffer is switched off.'));
    }
    if (!link && this.#waiting.length >= this.size) {
      return Promise.reject(new RealtimeError('limit_exceeded', `${this.#waiting.length} sends wait for the connection already.`));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ method, args, resolve: resolve as Letter['resolve'], reject });
      if (link) {
        this.flush(link);
      }
    });
  }

  /** Writes to the link all that waits. */
  flush(link: Link): void {
    for (const letter of this.#waiting.splice(0)) {
      if (letter.writtenAt !== undefined && Date.now() - letter.writtenAt > repeatable) {
        letter.reject(new ConnectionLost());
      } else {
        void this.#write(letter, link);
      }
    }
  }

  /** The link is gone: what it has not answered waits again, or fails where it must not be repeated or does not fit. */
  release(): void {
    const unanswered = [...this.#inFlight];
    this.#inFlight.clear();
    const repeated = unanswered.filter(({ method }) => method === 'Publish').slice(0, this.size);
    this.#waiting.unshift(...repeated);
    unanswered.filter((letter) => !repeated.includes(letter)).forEach((letter) => letter.reject(new ConnectionLost()));
  }

  /** Refuses all that waits. */
  refuse(error: RealtimeError): void {
    this.release();
    this.#waiting.splice(0).forEach((letter) => letter.reject(error));
  }

  async #write(letter: Letter, link: Link): Promise<void> {
    this.#inFlight.add(letter);
    letter.writtenAt ??= Date.now();
    try {
      letter.resolve(await link.call(letter.method, ...letter.args));
    } catch (error) {
      if (error instanceof ConnectionLost) {
        return; // It waits again already.
      }
      letter.reject(error as RealtimeError);
    }
    this.#inFlight.delete(letter);
  }
}
