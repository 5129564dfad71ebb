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

function expire(): void {
  isFresh = false;
}
