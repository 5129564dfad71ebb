export const LINE_FEED = 0x0a;
/** Longer lines are none of a log. In bytes. */
export const MAX_LINE_BYTES = 64 * 1024;
const NOTHING = Buffer.alloc(0);

/**
 * Cuts a stream of bytes behind the last line that has ended, and keeps the beginning of the next one. Memory is
 * bounded by the longest line.
 */
export class EndedLines {
  /** The beginning of a line whose end has not come yet. */
  #rest: Buffer = NOTHING;
  /** Whether that line is too long already. */
  #isTooLong = false;
  /** Lines that were given up before their end came, for they were too long. */
  givenUp = 0;
  /** Whether anything came. */
  hasBytes = false;

  /** Takes what comes next. @returns The lines that end in it, without the last line feed; null where none does. */
  push(chunk: Uint8Array): Buffer | null {
    if (chunk.length > 0) this.hasBytes = true;
    const came = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let data = this.#rest.length === 0 ? came : Buffer.concat([this.#rest, came]);
    if (this.#isTooLong) {
      const end = came.indexOf(LINE_FEED);
      if (end < 0) return null;
      this.#isTooLong = false;
      data = came.subarray(end + 1);
    }
    const end = data.lastIndexOf(LINE_FEED);
    const rest = data.subarray(end + 1);
    this.#isTooLong = rest.length > MAX_LINE_BYTES;
    if (this.#isTooLong) this.givenUp += 1;
    // The chunk is its giver's again after this.
    this.#rest = this.#isTooLong || rest.length === 0 ? NOTHING : Buffer.from(rest);
    return end < 0 ? null : data.subarray(0, end);
  }

  /** Nothing comes any more. @returns The last line, where it has no end; else empty. */
  end(): Buffer {
    const last = this.#rest;
    this.#rest = NOTHING;
    return last;
  }
}
