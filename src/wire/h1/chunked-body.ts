import type { BodyBytes } from './body-bytes.js';
import { CR, HEX_VALUE, HTAB, IS_TEXT, LF, SEMICOLON, SP } from './byte-classes.js';
import type { ResponseLimits } from './response-limits.js';
import { ResponseViolation } from './response-violation.js';

const NO_DIGIT = 16;

/** What comes next; a `semicolon` after blanks behind a size, which only an extension may follow. */
type Next = 'size' | 'semicolon' | 'extension' | 'size-lf' | 'data' | 'data-cr' | 'data-lf';

/** Content in chunks (RFC 9112, section 7.1), up to the last one; trailers are not part of it. */
export class ChunkedBody {
  isComplete = false;
  private readonly limits: ResponseLimits;
  private readonly body: BodyBytes;
  private next: Next = 'size';
  /** Of the chunk, and later what is left of it. */
  private size = 0;
  private digits = 0;
  private extensionBytes = 0;

  /** @param body Takes the content. */
  constructor(limits: ResponseLimits, body: BodyBytes) {
    this.limits = limits;
    this.body = body;
  }

  clear(): void {
    this.isComplete = false;
    this.next = 'size';
    this.size = 0;
    this.digits = 0;
    this.extensionBytes = 0;
  }

  /**
   * Reads on.
   *
   * @returns Where the last chunk ends, or `end`.
   * @throws ResponseViolation
   */
  read(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end) {
      if (this.next === 'data') {
        const to = Math.min(end, at + this.size);
        this.body.add(bytes, at, to);
        this.size -= to - at;
        at = to;
        if (this.size === 0) this.next = 'data-cr';
        continue;
      }
      this.take(bytes[at++]!);
      if (this.isComplete) break;
    }
    return at;
  }

  private take(byte: number): void {
    switch (this.next) {
      case 'size':
        this.takeSize(byte);
        return;
      case 'semicolon':
        this.countExtension();
        if (byte === SEMICOLON) this.next = 'extension';
        else if (byte !== SP && byte !== HTAB) {
          throw new ResponseViolation("a blank after a chunk's size");
        }
        return;
      case 'extension':
        if (byte === CR) this.next = 'size-lf';
        else if (IS_TEXT[byte] === 1) this.countExtension();
        else throw new ResponseViolation('a control character in a chunk extension');
        return;
      case 'size-lf':
        if (byte !== LF) throw new ResponseViolation("a bare CR after a chunk's size");
        this.isComplete = this.size === 0;
        this.digits = 0;
        this.next = 'data';
        return;
      case 'data-cr':
        if (byte !== CR) throw new ResponseViolation('a chunk that is longer than its size');
        this.next = 'data-lf';
        return;
      case 'data-lf':
        if (byte !== LF) throw new ResponseViolation('a bare CR after a chunk');
        this.next = 'size';
        return;
    }
  }

  private takeSize(byte: number): void {
    const digit = HEX_VALUE[byte]!;
    if (digit !== NO_DIGIT) {
      this.digits += 1;
      this.size = this.size * 16 + digit;
      if (this.digits > this.limits.maxChunkSizeDigits) {
        throw new ResponseViolation("too many digits in a chunk's size");
      }
      return;
    }
    if (this.digits === 0) throw new ResponseViolation('a chunk without a size');
    const { maxBodyBytes } = this.limits;
    if (this.body.length + this.size > maxBodyBytes) {
      throw new ResponseViolation(`a body of more than ${maxBodyBytes} bytes`, 'too-large');
    }
    switch (byte) {
      case CR:
        this.next = 'size-lf';
        return;
      case SEMICOLON:
        this.next = 'extension';
        return;
      case SP:
      case HTAB:
        this.next = 'semicolon';
        return;
      default:
        throw new ResponseViolation(
          byte === LF
            ? 'a line that ends without CR'
            : "a character in a chunk's size that is no digit",
        );
    }
  }

  private countExtension(): void {
    this.extensionBytes += 1;
    const { maxChunkExtensionBytes } = this.limits;
    if (this.extensionBytes > maxChunkExtensionBytes) {
      throw new ResponseViolation(
        `chunk extensions of more than ${maxChunkExtensionBytes} bytes`,
        'too-large',
      );
    }
  }
}
