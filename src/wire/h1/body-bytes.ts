const NO_BYTES = Buffer.alloc(0);
const LEAST_BYTES = 4096;

/**
 * The content of a response in [`start`, `end`) of `bytes`. What comes in one piece stays where it
 * was read; several are joined in one buffer that grows with what has come, and is used again.
 */
export class BodyBytes {
  bytes: Uint8Array = NO_BYTES;
  start = 0;
  end = 0;
  private own = NO_BYTES;

  get length(): number {
    return this.end - this.start;
  }

  clear(): void {
    this.start = 0;
    this.end = 0;
  }

  /** Adds a piece; `bytes` must stay as they are until {@link hold}, {@link clear} or the next one. */
  add(bytes: Uint8Array, from: number, to: number): void {
    if (from === to) return;
    if (this.end === this.start) {
      this.bytes = bytes;
      this.start = from;
      this.end = to;
      return;
    }
    this.hold();
    this.append(bytes, from, to);
  }

  /** Copies what was read, so that its bytes may be used for something else. */
  hold(): void {
    if (this.bytes === this.own || this.end === this.start) return;
    const { bytes, start, end } = this;
    this.start = 0;
    this.end = 0;
    this.append(bytes, start, end);
    this.bytes = this.own;
  }

  private append(bytes: Uint8Array, from: number, to: number): void {
    const needed = this.end + to - from;
    if (needed > this.own.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(LEAST_BYTES, 2 * this.own.length, needed));
      larger.set(this.own.subarray(0, this.end));
      if (this.bytes === this.own) this.bytes = larger;
      this.own = larger;
    }
    this.own.set(bytes.subarray(from, to), this.end);
    this.end = needed;
  }
}
