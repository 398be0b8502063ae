import type { Settings } from './options.js';
import { within } from './time.js';

/** What this client reads of a token. Whether it is true is the gateway's to judge. */
interface Claims {
  sub?: unknown;
  /** When it ends and when it was made, in seconds since 1970. */
  exp?: unknown;
  iat?: unknown;
}

/** Asks the application for its token; null is a guest. */
export async function askForToken({ token, connectTimeout }: Settings): Promise<string | null> {
  return token === undefined ? null : (await within(Promise.resolve(token()), connectTimeout, 'The token function')) ?? null;
}

/** The user that a token names; null for a guest, and for a token that names none. */
export function userOf(token: string | null): string | null {
  const { sub } = claimsOf(token);
  return typeof sub === 'string' ? sub : null;
}

/**
 * How long to wait before a token that the gateway has just taken is replaced, in ms: until a minute before its end, or a quarter of
 * what is left of it. Undefined where it does not end.
 */
export function refreshDelay(token: string | null): number | undefined {
  const { exp, iat } = claimsOf(token);
  if (typeof exp !== 'number') {
    return undefined;
  }
  // By this machine's clock, which may be wrong: a token does not live longer than it was made for (from some time in the second that
  // `iat` names), and one that was taken lives.
  const lifetime = (typeof iat === 'number' ? exp - iat - 1 : Infinity) * 1000;
  const byClock = exp * 1000 - Date.now();
  const left = Math.min(byClock > 0 ? byClock : 60_000, lifetime);
  return Math.max(left - Math.min(60_000, left / 4), 1_000);
}

function claimsOf(token: string | null): Claims {
  try {
    const payload = atob(token!.split('.')[1]!.replace(/-/g, '+').replace(/_/g, '/'));
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(payload, (character) => character.charCodeAt(0)))) ?? {};
  } catch {
    return {};
  }
}
