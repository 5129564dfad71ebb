import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Connection } from '../transport/transport.js';

/** More at a time would only wait in the peer's queue, which overflows (listen(2), somaxconn: 4096, or 128). */
const AT_ONCE = 128;

/**
 * Opens the connections of a member, some at a time, so that the thread hears of signals meanwhile and the
 * peer is not taken by storm.
 *
 * @param numbers Of the connections in the whole load.
 * @param dial Opens one; it comes back also where the first attempt fails, or is given up.
 * @param signal Opens no further ones when it aborts.
 * @param onLastBegun Told when none waits for its turn any more.
 * @returns Those whose turn came, in their order: all of them unless the signal aborted.
 */
export async function dialAll(
  numbers: readonly number[],
  dial: (number: number, own: number) => Promise<Connection>,
  signal: AbortSignal,
  onLastBegun: () => void,
): Promise<Connection[]> {
  const opened: Connection[] = [];
  let next = 0;
  const takeTurns = async (): Promise<void> => {
    while (next < numbers.length && !signal.aborted) {
      const own = next++;
      const opening = dial(numbers[own]!, own);
      if (next === numbers.length) onLastBegun();
      opened[own] = await opening;
      // Attempts that end within a turn of the event loop must not keep it from its timers.
      await nextTurn();
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, numbers.length) }, takeTurns));
  return opened;
}
