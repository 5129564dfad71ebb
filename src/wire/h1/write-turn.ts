/** Has something to write. */
export interface Writer {
  write(): void;
}

/** In a turn with more requests than that, writing waits for its end. */
const FEW = 2;
/** So many requests are written at once before a turn is looked at again. */
const AT_ONCE = 64;

let waiting: Writer[] = [];
let spare: Writer[] = [];
let atOnce = 0;

/**
 * Lets a connection write its request: with all others of this turn of the event loop at its end, or
 * at once where turns have few of them.
 *
 * All that was polled is read by the end of a turn. A connection that is found closed then has not
 * written its request, and the request provably was not processed.
 *
 * @param hasJustRead Whether the connection was read in this turn: then it can be written at once
 *   without missing an end that was polled already.
 */
export function writeInTurn(writer: Writer, hasJustRead: boolean): void {
  if (atOnce > 0 && hasJustRead) {
    atOnce -= 1;
    writer.write();
    return;
  }
  if (waiting.length === 0) setImmediate(writeWaiting);
  waiting.push(writer);
}

function writeWaiting(): void {
  const writers = waiting;
  // What is added while these are written has its turn next.
  waiting = spare;
  spare = writers;
  atOnce = writers.length <= FEW ? AT_ONCE : 0;
  for (const writer of writers) writer.write();
  writers.length = 0;
}
