/** What the gateway refuses with; the last member leaves room for codes that a later gateway adds. */
export type ErrorCode =
  | 'invalid_request' | 'invalid_channel' | 'unauthenticated' | 'token_expired' | 'permission_denied' | 'rate_limited' | 'limit_exceeded'
  | 'payload_too_large' | 'history_disabled' | 'conflict' | 'disabled' | 'unavailable' | 'internal' | (string & {});

/** What the gateway refused, or this client could not do. */
export class RealtimeError extends Error {
  override readonly name: string = 'RealtimeError';

  /**
   * @param code What kind of refusal it is.
   * @param message A sentence for people; it may change.
   * @param retryAfter Whole seconds after which the same may succeed; absent where waiting does not help, or nobody knows how long.
   */
  constructor(readonly code: ErrorCode, message: string, readonly retryAfter?: number) {
    super(message);
  }

  /** @internal Whether the same may succeed by itself after a while. */
  get isTemporary(): boolean {
    return this.retryAfter !== undefined || this.code === 'unavailable' || this.code === 'rate_limited';
  }
}

/** The connection ended before the answer came: what became of the call is unknown. */
export class ConnectionLost extends RealtimeError {
  constructor() {
    super('unavailable', 'The connection was lost before the answer came; whether the call had an effect is unknown.');
  }

  override get isTemporary(): boolean {
    return false;
  }
}

const text = /^([a-z_]+)(?:;retryAfter=(\d+))?: (.*)$/s;

/** Reads an error as the gateway writes it, `code;retryAfter=2: sentence`; undefined for anything else. */
export function parseError(written: string): RealtimeError | undefined {
  const [, code, retryAfter, sentence] = text.exec(written) ?? [];
  return code ? new RealtimeError(code, sentence!, retryAfter ? Number(retryAfter) : undefined) : undefined;
}

/** Whatever was thrown, as an error of this client. */
export function toRealtimeError(thrown: unknown): RealtimeError {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return thrown instanceof RealtimeError ? thrown : new RealtimeError('unavailable', message);
}

export function disposed(): RealtimeError {
  return new RealtimeError('unavailable', 'This client has been disposed.');
}
