import { Inbox } from './inbox.mjs';

const halfAMinute = 30_000;
const day = 24 * 3600 * 1000;

/**
 * Until the test ends, every timer that is set for later than in half a minute is held: it comes with its `delay` and with what it does,
 * `act`, and the test says when its time is there. What was cleared meanwhile is not taken back. All that the transport and the tests
 * themselves wait for is not later, and goes on by itself; what is further away than a day is set so that it never comes.
 */
export function holdTimers(context) {
  const held = new Inbox('a timer');
  const { setTimeout } = globalThis;
  context.mock.method(globalThis, 'setTimeout', (act, delay, ...args) => {
    return delay > halfAMinute && delay < day ? held.add({ act, delay }) : setTimeout(act, delay, ...args);
  });
  return held;
}
