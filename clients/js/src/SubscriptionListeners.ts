import { Listeners, type Report } from './Listeners.js';
import type { RealtimeEvent } from './protocol.js';
import type { EventHandler, SubscriptionNotice } from './Subscription.js';

// No event's name has a star.
const any = '*';

/** Who listens to a subscription: to publications by event name, to all of them, and to what became of its channels. */
export class SubscriptionListeners {
  readonly #byName = new Map<string, Listeners<RealtimeEvent>>();
  readonly #notices: Listeners<SubscriptionNotice>;

  constructor(private readonly report: Report) {
    this.#notices = new Listeners(report);
  }

  on(event: string, listener: EventHandler): () => void {
    return this.#add(event, listener);
  }

  once(event: string, listener: EventHandler): () => void {
    return this.#add(event, listener, true);
  }

  off(event: string, listener?: EventHandler): void {
    if (listener) {
      this.#byName.get(event)?.remove(listener);
    } else {
      this.#byName.delete(event);
    }
  }

  onAny(listener: EventHandler): () => void {
    return this.#add(any, listener);
  }

  offAny(listener?: EventHandler): void {
    this.off(any, listener);
  }

  listeners(event: string = any): EventHandler[] {
    return this.#byName.get(event)?.all ?? [];
  }

  onNotice(listener: (notice: SubscriptionNotice) => unknown): () => void {
    return this.#notices.add(listener);
  }

  protected tellEvent(event: RealtimeEvent): void {
    this.#byName.get(event.event)?.tell(event);
    this.#byName.get(any)?.tell(event);
  }

  protected tellNotice(notice: SubscriptionNotice): void {
    this.#notices.tell(notice);
  }

  #add(event: string, listener: EventHandler, once = false): () => void {
    let listeners = this.#byName.get(event);
    if (!listeners) {
      this.#byName.set(event, (listeners = new Listeners(this.report)));
    }
    return listeners.add(listener, once);
  }
}
