import type { FieldSection } from './field-section.js';
import { ResponseViolation } from './response-violation.js';

/** What the fields of a head say about where the response ends, and the connection. */
export interface Framing {
  /** -1 where no field says so. */
  contentLength: number;
  isChunked: boolean;
  /** `connection: close` */
  isClose: boolean;
  /** `connection: keep-alive` */
  isKeepAlive: boolean;
}

const CONTENT_LENGTH = 'content-length';
const TRANSFER_ENCODING = 'transfer-encoding';
const CONNECTION = 'connection';

/**
 * Reads what frames a response (RFC 9112, section 6). What two recipients could read in two ways is
 * refused, whoever is to blame.
 *
 * @throws ResponseViolation
 */
export function readFraming(fields: FieldSection, minorVersion: number): Framing {
  const into: Framing = {
    contentLength: -1,
    isChunked: false,
    isClose: false,
    isKeepAlive: false,
  };
  for (let field = 0; field < fields.count; field++) {
    // Every field of every response comes by here: the length sorts out nearly all.
    switch (fields.nameLength(field)) {
      case CONNECTION.length:
        if (fields.isNamed(field, CONNECTION)) readConnection(fields.text(field), into);
        break;
      case CONTENT_LENGTH.length:
        if (fields.isNamed(field, CONTENT_LENGTH)) readContentLength(fields, field, into);
        break;
      case TRANSFER_ENCODING.length:
        if (fields.isNamed(field, TRANSFER_ENCODING)) {
          readTransferEncoding(fields.text(field), minorVersion, into);
        }
        break;
    }
  }
  if (into.isChunked && into.contentLength !== -1) {
    throw new ResponseViolation('transfer-encoding beside content-length');
  }
  return into;
}

/** @throws ResponseViolation for trailers that would frame a response. */
export function checkTrailers(trailers: FieldSection): void {
  for (let field = 0; field < trailers.count; field++) {
    if (trailers.isNamed(field, CONTENT_LENGTH) || trailers.isNamed(field, TRANSFER_ENCODING)) {
      throw new ResponseViolation('content-length or transfer-encoding among the trailers');
    }
  }
}

function readContentLength(fields: FieldSection, field: number, into: Framing): void {
  const length = fields.decimal(field);
  if (Number.isNaN(length)) throw new ResponseViolation('a content-length that is not a number');
  if (into.contentLength !== -1 && into.contentLength !== length) {
    throw new ResponseViolation('two content-lengths that differ');
  }
  into.contentLength = length;
}

function readTransferEncoding(value: string, minorVersion: number, into: Framing): void {
  if (minorVersion === 0) throw new ResponseViolation('transfer-encoding in HTTP/1.0');
  if (into.isChunked) throw new ResponseViolation('two transfer-encodings');
  if (value.toLowerCase() !== 'chunked') {
    throw new ResponseViolation('a transfer-encoding other than chunked alone');
  }
  into.isChunked = true;
}

function readConnection(value: string, into: Framing): void {
  for (const option of value.toLowerCase().split(',')) {
    switch (option.trim()) {
      case 'close':
        into.isClose = true;
        break;
      case 'keep-alive':
        into.isKeepAlive = true;
        break;
    }
  }
}
