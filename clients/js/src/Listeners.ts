/** What is done when a listener throws, or its promise rejects. */
export type Report = (error: unknown) => void;

type Listener<T> = (value: T) => unknown;

/** The listeners of one thing, in the order in which they came. One that was added twice is called twice. */
export class Listeners<T> {
  #entries: { listener: Listener<T>; once: boolean }[] = [];

  constructor(private readonly report: Report) {}

  /** @returns A function that takes this one away. */
  add(listener: Listener<T>, once = false): () => void {
    const entry = { listener, once };
    this.#entries = [...this.#entries, entry];
    return () => this.#keep((other) => other !== entry);
  }

  remove(listener: Listener<T>): void {
    this.#keep((entry) => entry.listener !== listener);
  }

  get all(): Listener<T>[] {
    return this.#entries.map(({ listener }) => listener);
  }

  /** Calls those that are there now; none of them can stop the others. */
  tell(value: T): void {
    for (const entry of this.#entries) {
      if (entry.once) {
        this.#keep((other) => other !== entry);
      }
      callSafely(entry.listener, value, this.report);
    }
  }

  #keep(isKept: (entry: { listener: Listener<T> }) => boolean): void {
    this.#entries = this.#entries.filter(isKept);
  }
}

/** Calls a handler of the application. What it throws, or its promise rejects with, is reported. */
export function callSafely<T>(handler: Listener<T>, value: T, report: Report): void {
  try {
    const result = handler(value) as { then?: unknown } | undefined;
    if (typeof result?.then === 'function') {
      result.then(undefined, report);
    }
  } catch (error) {
    report(error);
  }
}
