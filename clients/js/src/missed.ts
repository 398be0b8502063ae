import { ConnectionLost, type RealtimeError } from './errors.js';
import type { Link } from './Link.js';
import type { Position } from './positions.js';
import type { History, NotRecoveredReason, RealtimeEvent } from './protocol.js';

/**
 * Reads from history what a subscription missed in a channel that the session heard already, after `since` and up to `end`: the
 * gateway replays a channel to the first of a session's subscriptions only. All or nothing: else the reason why not.
 */
export async function readMissed(
  link: Link,
  isWanted: () => boolean,
  channel: string,
  since: Position,
  end: Position,
  interest: object,
): Promise<RealtimeEvent[] | NotRecoveredReason> {
  if (since.epoch !== end.epoch) {
    return 'epoch_changed';
  }
  if (since.offset > end.offset) {
    return 'position_ahead';
  }
  const read = (request: object) => link.callPatiently<History>(isWanted, 'GetHistory', { channel, ...request });
  const missed: RealtimeEvent[] = [];
  try {
    for (let next: Position | undefined = since; next && next.offset < end.offset; ) {
      const page: History = await read({ since: next, limit: 1000, ...interest });
      missed.push(...page.publications.filter(({ offset }) => offset! <= end.offset));
      next = page.next;
    }
    // A filter leaves holes, so what was trimmed does not show in the pages: is the first that was missed still there, after all is read?
    const { offset, epoch } = since;
    const first = offset < end.offset && (await read({ since: { epoch, offset: offset + 2 }, reverse: true, limit: 1 }));
    return !first || first.publications.length > 0 || first.next ? missed : 'trimmed';
  } catch (error) {
    if (error instanceof ConnectionLost) {
      throw error;
    }
    return (error as RealtimeError).code === 'invalid_request' ? 'epoch_changed' : 'unavailable';
  }
}
