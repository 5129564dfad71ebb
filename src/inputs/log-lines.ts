import { EndedLines, LINE_FEED, MAX_LINE_BYTES } from './ended-lines.js';

/** What a log is left with that was emptied under its writer. */
const HOLE = /^\0+/;

/** Takes a stream of bytes apart into its lines. Memory is bounded by the longest line. */
export class LogLines {
  readonly #ended = new EndedLines();
  /** Lines that have ended and were too long. */
  #tooLong = 0;

  /** Lines that were too long to be read. */
  get tooLong(): number {
    return this.#ended.givenUp + this.#tooLong;
  }

  /** Whether anything came. */
  get hasBytes(): boolean {
    return this.#ended.hasBytes;
  }

  /** Takes what comes next. @returns The lines that end in it, blank ones left out. */
  push(chunk: Uint8Array): string[] {
    const ended = this.#ended.push(chunk);
    return ended === null ? [] : this.#linesIn(ended);
  }

  /** Nothing comes any more. @returns The last line, where it has no end. */
  end(): string[] {
    const last = this.#ended.end();
    return last.length === 0 ? [] : this.#linesIn(last);
  }

  #linesIn(data: Buffer): string[] {
    const lines: string[] = [];
    for (let from = 0; from <= data.length;) {
      const feed = data.indexOf(LINE_FEED, from);
      const end = feed < 0 ? data.length : feed;
      if (end - from > MAX_LINE_BYTES) this.#tooLong += 1;
      else {
        const line = data.toString('utf8', from, end).replace(HOLE, '');
        if (line.trim() !== '') lines.push(line);
      }
      from = end + 1;
    }
    return lines;
  }
}
