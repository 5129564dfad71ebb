let nowMs = 0;
let isFresh = false;

/**
 * The monotonic clock, read once for everything that one event brings: all answers in a chunk that
 * was read arrived together, whenever their turn comes.
 *
 * @returns ms, comparable with `performance.now()`.
 */
export function tickNowMs(): number {
  if (!isFresh) {
    isFresh = true;
    nowMs = performance.now();
    // Runs when the event's callback has returned.
    queueMicrotask(expire);
  }
  return nowMs;
}

/**
 * Reads the clock once for all events of this turn of the event loop: what was polled together had
 * arrived by then. For those who have one event for each answer.
 */
export function holdTickForTurn(): void {
  if (isFresh) return;
  isFresh = true;
  nowMs = performance.now();
  setImmediate(expire);
}

function expire(): void {
  isFresh = false;
}
