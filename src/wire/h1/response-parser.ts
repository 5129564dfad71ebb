import { BodyBytes } from './body-bytes.js';
import { ChunkedBody } from './chunked-body.js';
import { FieldSection } from './field-section.js';
import { checkTrailers, type Framing, readFraming } from './framing.js';
import { HEADS, type KnownHead } from './head-memory.js';
import type { ResponseLimits } from './response-limits.js';
import { ResponseViolation } from './response-violation.js';
import { StatusLine } from './status-line.js';

const SWITCHING_PROTOCOLS = 101;
const OK = 200;
const NO_CONTENT = 204;
const NOT_MODIFIED = 304;

/** What is read next. `idle`: no response is awaited. */
type Part =
  'idle' | 'status' | 'fields' | 'sized' | 'chunks' | 'trailers' | 'until close' | 'complete';

/** A response, or what has come of one. Valid while it is handed over. */
export interface Response {
  /** 100 to 599; 0 where none has come. */
  readonly status: number;
  readonly headers: FieldSection;
  readonly trailers: FieldSection;
  readonly body: BodyBytes;
}

/**
 * Reads the responses of one connection, each in whatever pieces it comes (RFC 9112, sections 4, 6
 * and 7). Every byte is looked at once; interim responses are passed over.
 */
export class ResponseParser implements Response {
  /** 0 where no status line has come. */
  status = 0;
  headers: FieldSection;
  readonly trailers: FieldSection;
  readonly body = new BodyBytes();
  /** Whether the connection can take another request after this response. */
  isPersistent = true;
  private readonly limits: ResponseLimits;
  private readonly statusLine: StatusLine;
  private readonly chunks: ChunkedBody;
  /** Where heads are read that nobody had sent before. */
  private readonly ownHeaders: FieldSection;
  /** Where the head begins that is read; -1 where it came in several pieces. */
  private headStart = -1;
  private part: Part = 'idle';
  /** Whether anything but a known head was read since these parts were cleared. */
  private areOwnPartsUsed = false;
  private answersHead = false;
  private interim = 0;
  /** Of a body with a known length. */
  private bytesLeft = 0;

  constructor(limits: ResponseLimits) {
    this.limits = limits;
    this.statusLine = new StatusLine(limits.maxStatusLineBytes);
    this.ownHeaders = new FieldSection(limits.maxFieldsBytes, limits.maxFields);
    this.headers = this.ownHeaders;
    this.trailers = new FieldSection(limits.maxFieldsBytes, limits.maxFields);
    this.chunks = new ChunkedBody(limits, this.body);
  }

  get isComplete(): boolean {
    return this.part === 'complete';
  }

  /** Whether a byte of the response has come. */
  get hasBegun(): boolean {
    return (
      this.part !== 'idle' &&
      (this.part !== 'status' || this.statusLine.hasBegun || this.interim > 0)
    );
  }

  /** Whether status and headers of the final response have come. */
  get hasHead(): boolean {
    return this.headers.isComplete;
  }

  /** Awaits the response to a request. @param isHead Its method is HEAD. */
  begin(isHead: boolean): void {
    this.answersHead = isHead;
    this.interim = 0;
    this.isPersistent = true;
    this.beginHead();
    this.body.clear();
  }

  /**
   * Reads on. `bytes` must stay as they are until the response is complete and done with; where it is
   * not complete after the call, what is needed of them was copied.
   *
   * @returns Where the response ends, or `end`.
   * @throws ResponseViolation
   */
  read(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end && this.part !== 'complete') at = this.readPart(bytes, at, end);
    if (this.part !== 'complete') this.hold();
    return at;
  }

  /**
   * The peer has closed its side.
   *
   * @returns Whether that completes the response.
   */
  finish(): boolean {
    if (this.part !== 'until close') return false;
    this.part = 'complete';
    return true;
  }

  private readPart(bytes: Uint8Array, at: number, end: number): number {
    switch (this.part) {
      case 'status': {
        if (!this.statusLine.hasBegun) {
          const known = this.knownHead(bytes, at, end);
          if (known !== null) return at + this.takeKnown(known);
          this.headStart = at;
          this.areOwnPartsUsed = true;
        }
        const next = this.statusLine.read(bytes, at, end);
        if (this.statusLine.isComplete) {
          this.status = this.statusLine.status;
          this.part = 'fields';
        }
        return next;
      }
      case 'fields': {
        const next = this.headers.read(bytes, at, end);
        if (this.headers.isComplete) this.endHead(bytes, next);
        return next;
      }
      case 'sized': {
        const next = Math.min(end, at + this.bytesLeft);
        this.body.add(bytes, at, next);
        this.bytesLeft -= next - at;
        if (this.bytesLeft === 0) this.part = 'complete';
        return next;
      }
      case 'chunks': {
        const next = this.chunks.read(bytes, at, end);
        if (this.chunks.isComplete) this.part = 'trailers';
        return next;
      }
      case 'trailers': {
        const next = this.trailers.read(bytes, at, end);
        if (this.trailers.isComplete) {
          checkTrailers(this.trailers);
          this.part = 'complete';
        }
        return next;
      }
      case 'until close': {
        this.bound(this.body.length + end - at);
        this.body.add(bytes, at, end);
        return end;
      }
      case 'idle':
      case 'complete':
        return at;
    }
  }

  private beginHead(): void {
    this.part = 'status';
    this.status = 0;
    this.headers = this.ownHeaders;
    this.headStart = -1;
    if (!this.areOwnPartsUsed) return;
    this.areOwnPartsUsed = false;
    this.statusLine.clear();
    this.ownHeaders.clear();
    this.trailers.clear();
  }

  private endHead(bytes: Uint8Array, end: number): void {
    const { status, minorVersion } = this.statusLine;
    if (status < OK) {
      this.passOver(status);
      return;
    }
    const framing = readFraming(this.headers, minorVersion);
    const { headStart } = this;
    if (headStart >= 0 && HEADS.wants(end - headStart)) {
      const kept = Buffer.from(bytes.subarray(headStart, end));
      const headers = this.headers.keptIn(kept, headStart);
      HEADS.remember(kept, { status, minorVersion, framing, headers });
    }
    this.beginBody(status, minorVersion, framing);
  }

  /** A head that was read before, here or on another connection, within the limits of this one. */
  private knownHead(bytes: Uint8Array, at: number, end: number): KnownHead | null {
    const known = HEADS.find(bytes, at, end);
    return known?.headers.fits(this.limits) === true ? known : null;
  }

  /** @returns How many bytes it has. */
  private takeKnown({ status, minorVersion, framing, headers }: KnownHead): number {
    this.status = status;
    this.headers = headers;
    this.beginBody(status, minorVersion, framing);
    return headers.keptBytes;
  }

  private beginBody(status: number, minorVersion: number, framing: Framing): void {
    this.isPersistent = !framing.isClose && (minorVersion === 1 || framing.isKeepAlive);
    if (this.answersHead || status === NO_CONTENT || status === NOT_MODIFIED) {
      this.part = 'complete';
    } else if (framing.isChunked) {
      this.part = 'chunks';
      this.areOwnPartsUsed = true;
      this.chunks.clear();
    } else if (framing.contentLength >= 0) {
      this.bound(framing.contentLength);
      this.bytesLeft = framing.contentLength;
      this.part = this.bytesLeft === 0 ? 'complete' : 'sized';
    } else {
      this.part = 'until close';
      this.isPersistent = false;
    }
  }

  private passOver(status: number): void {
    if (status === SWITCHING_PROTOCOLS) {
      throw new ResponseViolation('101 (Switching Protocols), which was not asked for');
    }
    this.interim += 1;
    const { maxInterimResponses } = this.limits;
    if (this.interim > maxInterimResponses) {
      throw new ResponseViolation(
        `more than ${maxInterimResponses} interim responses`,
        'too-large',
      );
    }
    this.beginHead();
  }

  private bound(bodyBytes: number): void {
    const { maxBodyBytes } = this.limits;
    if (bodyBytes > maxBodyBytes) {
      throw new ResponseViolation(`a body of more than ${maxBodyBytes} bytes`, 'too-large');
    }
  }

  private hold(): void {
    this.headStart = -1;
    this.headers.hold();
    this.trailers.hold();
    this.body.hold();
  }
}
