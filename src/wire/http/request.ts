import { CONNECTION_SPECIFIC } from '../h2/connection-specific.js';
import type { Field } from '../h2/hpack/encoder.js';

/** A request as HTTP/2 sends it. */
export interface HttpMessage {
  readonly method: string;
  readonly scheme: 'http' | 'https';
  /** With the query. */
  readonly path: string;
  readonly authority: string;
  /** By lower-case name, one character per byte. */
  readonly headers: readonly (readonly [string, string])[];
  /** null: the request does not say. */
  readonly contentLength: string | null;
  readonly body: Uint8Array;
  /** The header whose value ends in the request's number. */
  readonly numberedHeader?: string;
}

/**
 * The header fields of a request (RFC 9113, section 8.3.1).
 * @throws RangeError for a field that HTTP/2 does not allow; the message names it, and not its value.
 */
export function requestFields(message: HttpMessage): Field[] {
  const { method, scheme, path, authority, headers, contentLength } = message;
  requireVisible('method', method);
  requireVisible('path', path);
  requireVisible('authority', authority);
  return [
    [':method', method],
    [':scheme', scheme],
    [':path', path],
    [':authority', authority],
    ...headers.map(([name, value]) => checkedField(name, value)),
    ...(contentLength === null ? [] : [['content-length', contentLength] as const]),
  ];
}

function requireVisible(what: string, text: string): void {
  if (/^[\x21-\x7e]+$/.test(text)) return;
  throw new RangeError(`${what} ${JSON.stringify(text)} is not visible ASCII`);
}

/** RFC 9113, section 8.2. */
function checkedField(name: string, value: string): Field {
  if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name)) {
    throw new RangeError(`${JSON.stringify(name)} is not the name of a header`);
  }
  if (CONNECTION_SPECIFIC.has(name) || name === 'host' || name === 'content-length') {
    throw new RangeError(`the header ${name} belongs to the connection`);
  }
  if (!/^(?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?$/.test(value)) {
    throw new RangeError(`the value of the header ${name} cannot be sent`);
  }
  return [name, value];
}
