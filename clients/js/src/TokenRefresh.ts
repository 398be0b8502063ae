import { ConnectionLost } from './errors.js';
import type { Link } from './Link.js';
import type { Report } from './Listeners.js';
import type { Settings } from './options.js';
import type { Authenticated } from './protocol.js';
import { randomDelay, Timer } from './time.js';
import { askForToken, refreshDelay } from './token.js';

/** Keeps one connection's token fresh: asks for a new one before the old one expires, and shows it on the same connection. */
export class TokenRefresh {
  readonly #timer = new Timer();
  #failures = 0;
  #hasEnded = false;

  constructor(
    private readonly settings: Settings,
    private readonly link: Link,
    /** What the gateway was shown last. */
    public token: string | null,
    private readonly taken: (userId: string | null) => void,
    private readonly report: Report,
  ) {
    this.#schedule();
  }

  stop(): void {
    this.#hasEnded = true;
    this.#timer.clear();
  }

  #schedule(): void {
    const delay = refreshDelay(this.token);
    if (delay !== undefined && !this.#hasEnded) {
      this.#timer.set(delay, () => void this.#refresh());
    }
  }

  async #refresh(): Promise<void> {
    try {
      const token = await askForToken(this.settings);
      if (this.#hasEnded) {
        return;
      }
      if (token !== this.token) {
        const { userId } = await this.link.call<Authenticated>('Authenticate', token);
        this.token = token;
        this.taken(userId);
      }
      this.#failures = 0;
      this.#schedule();
    } catch (error) {
      // When it is too late the gateway says so itself: it ends the connection, or what only the user could read.
      if (!this.#hasEnded && !(error instanceof ConnectionLost)) {
        this.report(error);
        this.#timer.set(randomDelay(this.settings.reconnectDelay, this.#failures++), () => void this.#refresh());
      }
    }
  }
}
