import { RealtimeError } from './errors.js';

// What setTimeout can count to; beyond it fires at once.
const longest = 2 ** 31 - 1;

/** One timer at a time, however far away. */
export class Timer {
  #handle: ReturnType<typeof setTimeout> | undefined;

  /** Calls `action` after `delay` ms, in place of what was set before. */
  set(delay: number, action: () => void): void {
    this.clear();
    this.#handle = setTimeout(() => (delay > longest ? this.set(delay - longest, action) : action()), Math.min(delay, longest));
  }

  clear(): void {
    clearTimeout(this.#handle);
  }
}

/** The promise, or after `ms` an error that says what did not happen. What comes of the promise later is nobody's. */
export function within<T>(promise: Promise<T>, ms: number, what: string): Promise<T> {
  const timer = new Timer();
  const late = new Promise<never>((_, reject) => {
    timer.set(ms, () => reject(new RealtimeError('unavailable', `${what} took longer than ${ms} ms.`)));
  });
  return Promise.race([promise, late]).finally(() => timer.clear());
}

/** A random time, so that not all who lost the connection in the same moment come back in the same moment. */
export function randomDelay({ base, max }: { base: number; max: number }, attempt: number): number {
  return Math.random() * Math.min(max, base * 2 ** attempt);
}
