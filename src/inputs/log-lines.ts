const LINE_FEED = 0x0a;
/** Longer lines are none of a log. */
const MAX_LINE_BYTES = 64 * 1024;
const NOTHING = Buffer.alloc(0);
/** What a log is left with that was emptied under its writer. */
const HOLE = /^\0+/;

/** Takes a stream of bytes apart into its lines. Memory is bounded by the longest line. */
export class LogLines {
  /** The beginning of a line whose end has not come yet. */
  #rest: Buffer = NOTHING;
  /** Whether that line is too long already. */
  #isTooLong = false;
  /** Lines that were too long to be read. */
  tooLong = 0;
  /** Whether anything came. */
  hasBytes = false;

  /** Takes what comes next. @returns The lines that end in it, blank ones left out. */
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
    if (this.#isTooLong) this.tooLong += 1;
    // The chunk is its giver's again after this.
    this.#rest = this.#isTooLong || rest.length === 0 ? NOTHING : Buffer.from(rest);
    return end < 0 ? [] : this.#linesIn(data.subarray(0, end));
  }

  /** Nothing comes any more. @returns The last line, where it has no end. */
  end(): string[] {
    const last = this.#rest;
    this.#rest = NOTHING;
    return last.length === 0 ? [] : this.#linesIn(last);
  }

  #linesIn(data: Buffer): string[] {
    const lines: string[] = [];
    for (let from = 0; from <= data.length;) {
      const feed = data.indexOf(LINE_FEED, from);
      const end = feed < 0 ? data.length : feed;
      if (end - from > MAX_LINE_BYTES) this.tooLong += 1;
      else {
        const line = data.toString('utf8', from, end).replace(HOLE, '');
        if (line.trim() !== '') lines.push(line);
      }
      from = end + 1;
    }
    return lines;
  }
}
