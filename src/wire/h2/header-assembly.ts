import { ConnectionViolation, ErrorCode } from './error-codes.js';

const MAX_FRAGMENTS = 1024;

/** Joins a header block that comes in a HEADERS frame and CONTINUATION frames. */
export class HeaderAssembly {
  /** Stream of the block under way; 0 when there is none. */
  streamId = 0;
  /** The HEADERS frame had END_STREAM. */
  isEnd = false;
  bytes = Buffer.alloc(0);
  length = 0;
  private fragments = 0;
  private readonly maxBytes: number;

  /** @param maxBytes A larger block ends the connection. */
  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  begin(streamId: number, isEnd: boolean): void {
    this.streamId = streamId;
    this.isEnd = isEnd;
    this.length = 0;
    this.fragments = 0;
  }

  /** @throws ConnectionViolation when the block is too large, or in absurdly many pieces. */
  append(bytes: Uint8Array, start: number, end: number): void {
    const length = this.length + end - start;
    this.fragments++;
    if (length > this.maxBytes || this.fragments > MAX_FRAGMENTS) {
      throw new ConnectionViolation(
        ErrorCode.ENHANCE_YOUR_CALM,
        'a header block beyond all bounds',
      );
    }
    if (length > this.bytes.length) {
      const grown = Buffer.allocUnsafeSlow(Math.min(this.maxBytes, Math.max(4096, length * 2)));
      this.bytes.copy(grown, 0, 0, this.length);
      this.bytes = grown;
    }
    this.bytes.set(bytes.subarray(start, end), this.length);
    this.length = length;
  }

  /** The block has been taken; `bytes` stays valid until the next one begins. */
  clear(): void {
    this.streamId = 0;
  }
}
