import { RealtimeError } from './errors.js';

const codes: { [status: number]: string } = { 401: 'unauthenticated', 403: 'permission_denied', 429: 'rate_limited', 503: 'unavailable' };

/**
 * Asks by a plain request why the gateway does not let this client in: a WebSocket that was refused does not say why. Undefined if it
 * does not refuse this, or does not answer.
 */
export async function findRefusal(url: string, headers: Record<string, string>, signal: AbortSignal): Promise<RealtimeError | undefined> {
  try {
    const response = await fetch(url, { headers, credentials: 'include', signal });
    const code = codes[response.status];
    const problem = await response.json().catch(() => ({}));
    return code === undefined ? undefined : new RealtimeError(
      problem.code ?? code,
      problem.detail ?? `The gateway answered ${response.status}.`,
      problem.retryAfter,
    );
  } catch {
    return undefined;
  }
}
