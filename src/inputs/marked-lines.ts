import { EndedLines, LINE_FEED, MAX_LINE_BYTES } from './ended-lines.js';

/**
 * Picks the lines out of a stream of bytes that hold a text, and looks at no other: most lines of a busy
 * log are none of ours. Memory is bounded by the longest line.
 */
export class MarkedLines {
  readonly #marker: Buffer;
  readonly #ended = new EndedLines();

  /** @param marker ASCII. */
  constructor(marker: string) {
    this.#marker = Buffer.from(marker, 'latin1');
  }

  /** Whether anything came. */
  get hasBytes(): boolean {
    return this.#ended.hasBytes;
  }

  /** Takes what comes next. @returns The marked lines that end in it. */
  push(chunk: Uint8Array): string[] {
    const ended = this.#ended.push(chunk);
    return ended === null ? [] : this.#markedIn(ended);
  }

  /** Nothing comes any more. @returns The last line, where it is marked and has no end. */
  end(): string[] {
    return this.#markedIn(this.#ended.end());
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
