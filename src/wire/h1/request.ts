import { digitOf, NUMBER_DIGITS } from '../bytes/request-number.js';
import { IS_TEXT, IS_TOKEN } from './byte-classes.js';

/** What a request says. */
export interface RequestParts {
  /** As it stands in the request line: methods are case-sensitive. Not CONNECT. */
  readonly method: string;
  /** The request target in origin form, with the query. */
  readonly path: string;
  /** Value of the `host` field. */
  readonly authority: string;
  /** Fields in order, without `host` and what frames the body. One character is one byte. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Value of `content-length`; null where the request has none. */
  readonly contentLength: string | null;
  readonly body: Uint8Array;
  /** The header whose value ends in {@link NUMBER_DIGITS} digits that are the request's number. */
  readonly numberedHeader?: string;
}

/** A request as bytes, to be sent any number of times. */
export interface EncodedRequest {
  readonly bytes: Buffer;
  /** The response to HEAD has no body, whatever its fields say. */
  readonly isHead: boolean;
  /** Where the digits of its number stand; -1 where it has none. */
  readonly numberAt: number;
}

/** The session says what these say. */
const OWN_FIELDS: readonly string[] = ['host', 'content-length', 'transfer-encoding'];

/**
 * Encodes a request (RFC 9112, sections 3 and 5).
 *
 * @throws RangeError that names the part which would make another request of it.
 */
export function encodeRequest({
  method,
  path,
  authority,
  headers,
  contentLength,
  body,
  numberedHeader,
}: RequestParts): EncodedRequest {
  if (!isToken(method)) throw new RangeError(`${JSON.stringify(method)} is not a method`);
  // Its 2xx would turn the connection into a tunnel.
  if (method === 'CONNECT') throw new RangeError('the method CONNECT is not supported');
  if (!/^[!-~]+$/.test(path)) {
    throw new RangeError(`the path ${JSON.stringify(path)} has to be visible ASCII without spaces`);
  }
  if (!/^[!-~]*$/.test(authority)) {
    throw new RangeError(`the host ${JSON.stringify(authority)} has to be visible ASCII`);
  }
  let numberAt = -1;
  let head = `${method} ${path} HTTP/1.1\r\nhost: ${authority}\r\n`;
  for (const [name, value] of headers) {
    if (!isToken(name)) throw new RangeError(`${JSON.stringify(name)} is not the name of a header`);
    if (OWN_FIELDS.includes(name.toLowerCase())) {
      throw new RangeError(`the header ${name} is set by the connection itself`);
    }
    if (!isText(value)) {
      throw new RangeError(
        `the header ${name} has a character in its value that no header may have`,
      );
    }
    head += `${name}: ${value}\r\n`;
    if (name === numberedHeader) numberAt = head.length - 2 - NUMBER_DIGITS;
  }
  if (contentLength !== null) head += `content-length: ${contentLength}\r\n`;
  return {
    bytes: Buffer.concat([Buffer.from(`${head}\r\n`, 'latin1'), body]),
    isHead: method === 'HEAD',
    numberAt,
  };
}

/** Writes a number into a request that has one. None of it may be waiting to be written. */
export function numberRequest({ bytes, numberAt }: EncodedRequest, number: number): void {
  for (let place = 0; place < NUMBER_DIGITS; place++) {
    bytes[numberAt + place] = digitOf(number, place);
  }
}

function isToken(text: string): boolean {
  return text !== '' && hasOnly(IS_TOKEN, text);
}

function isText(text: string): boolean {
  return hasOnly(IS_TEXT, text);
}

function hasOnly(bytes: Uint8Array, text: string): boolean {
  for (let at = 0; at < text.length; at++) if (bytes[text.charCodeAt(at)] !== 1) return false;
  return true;
}
