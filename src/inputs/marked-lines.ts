const LINE_FEED = 0x0a;
/** Longer lines are none of a log. */
const MAX_LINE_BYTES = 64 * 1024;
const NOTHING = Buffer.alloc(0);

/**
 * Picks the lines out of a stream of bytes that hold a text, and looks at no other: most lines of a busy
 * log are none of ours. Memory is bounded by the longest line.
 */
export class MarkedLines {
  readonly #marker: Buffer;
  /** The beginning of a line whose end has not come yet. */
  #rest: Buffer = NOTHING;
  /** Whether that line is too long already. */
  #isTooLong = false;
  /** Whether anything came. */
  hasBytes = false;

  /** @param marker ASCII. */
  constructor(marker: string) {
    this.#marker = Buffer.from(marker, 'latin1');
  }

  /** Takes what comes next. @returns The marked lines that end in it. */
  push(chunk: Uint8Array): string[] {
    if (chunk.length > 0) this.hasBytes = true;
    const came = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let data = this.#rest.length === 0 ? came : Buffer.concat([this.#rest, came]);
    if (this.#isTooLong) {
      const end = came.indexOf(LINE_FEED);
      if (end < 0) return [];
      this.#isTooLong = false;
      data = came.subarray(end + 1);
    }
    const end = data.lastIndexOf(LINE_FEED);
    const rest = data.subarray(end + 1);
    this.#isTooLong = rest.length > MAX_LINE_BYTES;
    // The chunk is its giver's again after this.
    this.#rest = this.#isTooLong || rest.length === 0 ? NOTHING : Buffer.from(rest);
    return end < 0 ? [] : this.#markedIn(data.subarray(0, end));
  }

  /** Nothing comes any more. @returns The last line, where it is marked and has no end. */
  end(): string[] {
    const last = this.#rest;
    this.#rest = NOTHING;
    return this.#markedIn(last);
  }

  #markedIn(lines: Buffer): string[] {
    const marked: string[] = [];
    let from = 0;
    for (;;) {
      const at = lines.indexOf(this.#marker, from);
      if (at < 0) return marked;
      const start = lines.lastIndexOf(LINE_FEED, at) + 1;
      const feed = lines.indexOf(LINE_FEED, at);
      const end = feed < 0 ? lines.length : feed;
      if (end - start <= MAX_LINE_BYTES) marked.push(lines.toString('utf8', start, end));
      from = end;
    }
  }
}
