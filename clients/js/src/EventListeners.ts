import { Listeners, type Report } from './Listeners.js';
import type { RealtimeEvent } from './protocol.js';
import type { EventHandler } from './Subscription.js';

// No event's name has a star.
const any = '*';

/** The listeners of a subscription, by event name. */
export class EventListeners {
  readonly #byName = new Map<string, Listeners<RealtimeEvent>>();

  constructor(private readonly report: Report) {}

  add(name: string | undefined, listener: EventHandler, once = false): () => void {
    let listeners = this.#byName.get(name ?? any);
    if (!listeners) {
      this.#byName.set(name ?? any, (listeners = new Listeners(this.report)));
    }
    return listeners.add(listener, once);
  }

  remove(name: string | undefined, listener?: EventHandler): void {
    if (listener) {
      this.#byName.get(name ?? any)?.remove(listener);
    } else {
      this.#byName.delete(name ?? any);
    }
  }

  of(name: string | undefined): EventHandler[] {
    return this.#byName.get(name ?? any)?.all ?? [];
  }

  tell(event: RealtimeEvent): void {
    this.#byName.get(event.event)?.tell(event);
    this.#byName.get(any)?.tell(event);
  }
}
