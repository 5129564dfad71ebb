import { CR, IS_TEXT, LF, SP } from './byte-classes.js';
import { ResponseViolation } from './response-violation.js';

const VERSION_START = Buffer.from('HTTP/1.');
const MINOR_VERSION = VERSION_START.length;
const STATUS = MINOR_VERSION + 2;
const AFTER_STATUS = STATUS + 3;
const ZERO = 0x30;

/**
 * The status line of a response (RFC 9112, section 4), read on from wherever it was cut. The blank
 * before an absent reason may be missing: many leave it out.
 */
export class StatusLine {
  status = 0;
  /** Of HTTP/1.0 or HTTP/1.1. */
  minorVersion = 0;
  isComplete = false;
  /** Bytes read. */
  private position = 0;
  /** Its CR was read. */
  private isEnding = false;
  private readonly maxBytes: number;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  /** Whether a byte of it was read. */
  get hasBegun(): boolean {
    return this.position > 0;
  }

  clear(): void {
    this.status = 0;
    this.isComplete = false;
    this.position = 0;
    this.isEnding = false;
  }

  /**
   * Reads on.
   *
   * @returns Where the line ends, or `end`.
   * @throws ResponseViolation
   */
  read(bytes: Uint8Array, start: number, end: number): number {
    const first = start - this.position;
    for (let at = start; at < end; at++) {
      const byte = bytes[at]!;
      if (this.isEnding) {
        if (byte !== LF) throw new ResponseViolation('a bare CR in the status line');
        this.isComplete = true;
        return at + 1;
      }
      const position = at - first;
      if (position >= AFTER_STATUS) this.takeAfterStatus(byte, position);
      else if (position >= STATUS) this.takeStatus(byte, position);
      else this.takeVersion(byte, position);
    }
    this.position = end - first;
    return end;
  }

  private takeVersion(byte: number, position: number): void {
    if (position < MINOR_VERSION) {
      if (byte !== VERSION_START[position]) {
        throw new ResponseViolation('something else than HTTP/1.x where a response has to begin');
      }
      return;
    }
    if (position === MINOR_VERSION) {
      this.minorVersion = byte - ZERO;
      if (this.minorVersion === 0 || this.minorVersion === 1) return;
      throw new ResponseViolation('a version that is neither HTTP/1.0 nor HTTP/1.1');
    }
    if (byte !== SP) throw new ResponseViolation('no blank between version and status');
  }

  private takeStatus(byte: number, position: number): void {
    const digit = byte - ZERO;
    // The first is 1 to 5 (RFC 9110, section 15).
    const isRight = position === STATUS ? digit >= 1 && digit <= 5 : digit >= 0 && digit <= 9;
    if (!isRight) throw new ResponseViolation('a status that is not 100 to 599');
    this.status = this.status * 10 + digit;
  }

  private takeAfterStatus(byte: number, position: number): void {
    if (byte === CR) {
      this.isEnding = true;
      return;
    }
    if (byte === LF) throw new ResponseViolation('a status line that ends without CR');
    if (position === AFTER_STATUS && byte !== SP) {
      throw new ResponseViolation('a status that is not three digits');
    }
    if (IS_TEXT[byte] === 0) {
      throw new ResponseViolation('a control character in the status line');
    }
    if (position >= this.maxBytes) {
      throw new ResponseViolation(`a status line of more than ${this.maxBytes} bytes`, 'too-large');
    }
  }
}
