import { CONNECTION_SPECIFIC } from '../h2/connection-specific.js';
import type { Field } from '../h2/hpack/encoder.js';

/** One metadata entry; names that end in `-bin` carry bytes, the others printable ASCII. */
export type MetadataEntry = readonly [name: string, value: string | Uint8Array];

/** A unary gRPC request. */
export interface UnaryRequest {
  /** `/package.Service/Method`. */
  readonly path: string;
  readonly authority: string;
  readonly scheme: 'http' | 'https';
  /** The encoded message. */
  readonly message: Uint8Array;
  readonly metadata?: readonly MetadataEntry[];
  /** Sent as `grpc-timeout` when given; nothing here enforces it on our side. */
  readonly timeoutMs?: number;
  readonly userAgent?: string;
  /** The metadata whose value ends in the request's number. */
  readonly numberedHeader?: string;
}

const MESSAGE_PREFIX_BYTES = 5;
const RESERVED = /^(?::|grpc-|te$|content-type$|content-length$|host$)/;

/**
 * The header fields of a unary request in the order of grpc/doc/PROTOCOL-HTTP2.md.
 * @throws RangeError for metadata that gRPC does not allow, or a path or authority that is not
 *   visible ASCII; the message names it.
 */
export function requestFields(request: UnaryRequest): Field[] {
  requireVisible('path', request.path);
  requireVisible('authority', request.authority);
  const fields: Field[] = [
    [':method', 'POST'],
    [':scheme', request.scheme],
    [':path', request.path],
    [':authority', request.authority],
    ['te', 'trailers'],
  ];
  if (request.timeoutMs !== undefined) {
    fields.push(['grpc-timeout', formatTimeout(request.timeoutMs)]);
  }
  fields.push(['content-type', 'application/grpc']);
  if (request.userAgent !== undefined) fields.push(['user-agent', request.userAgent]);
  for (const [name, value] of request.metadata ?? []) {
    const field = metadataField(name, value);
    if (field[0] === 'user-agent' && request.userAgent !== undefined) {
      throw new RangeError('metadata name user-agent is taken');
    }
    fields.push(field);
  }
  return fields;
}

function requireVisible(what: string, text: string): void {
  if (/^[\x21-\x7e]+$/.test(text)) return;
  throw new RangeError(`${what} ${JSON.stringify(text)} is not visible ASCII`);
}

function metadataField(name: string, value: string | Uint8Array): Field {
  const key = name.toLowerCase();
  if (!/^[0-9a-z_.-]+$/.test(key)) {
    throw new RangeError(`metadata name ${JSON.stringify(name)} is not a gRPC name`);
  }
  if (RESERVED.test(key) || CONNECTION_SPECIFIC.has(key)) {
    throw new RangeError(`metadata name ${key} is reserved`);
  }
  if (key.endsWith('-bin')) {
    const bytes = typeof value === 'string' ? Buffer.from(value) : Buffer.from(value);
    // Padding is left out, as the specification advises.
    return [key, bytes.toString('base64').replace(/=+$/, '')];
  }
  const text = typeof value === 'string' ? value : Buffer.from(value).toString('latin1');
  if (!/^[\x20-\x7e]*$/.test(text)) {
    throw new RangeError(`metadata ${key} is not printable ASCII: use a name that ends in -bin`);
  }
  return [key, text.trim()];
}

/**
 * Decodes the value of a `-bin` field: base64 with or without padding; several values may have been
 * joined by commas.
 */
export function decodeBinaryMetadata(value: string): Buffer[] {
  return value.split(',').map((part) => Buffer.from(part, 'base64'));
}

const TIMEOUT_UNITS: readonly (readonly [unit: string, perMs: number])[] = [
  ['n', 1e6],
  ['u', 1e3],
  ['m', 1],
  ['S', 1e-3],
  ['M', 1e-3 / 60],
  ['H', 1e-3 / 3600],
];
const MAX_TIMEOUT_VALUE = 99_999_999;

/** `grpc-timeout`: at most eight digits, in the finest unit that takes it, rounded up. */
export function formatTimeout(timeoutMs: number): string {
  const positive = Math.max(timeoutMs, 0);
  for (const [unit, perMs] of TIMEOUT_UNITS) {
    const value = Math.ceil(positive * perMs);
    if (value <= MAX_TIMEOUT_VALUE && (unit !== 'n' || positive < 1)) return `${value}${unit}`;
  }
  return `${MAX_TIMEOUT_VALUE}H`;
}

/** A message with its length prefix, uncompressed. */
export function frameMessage(message: Uint8Array): Uint8Array {
  const framed = Buffer.allocUnsafeSlow(MESSAGE_PREFIX_BYTES + message.length);
  framed[0] = 0;
  framed.writeUInt32BE(message.length, 1);
  framed.set(message, MESSAGE_PREFIX_BYTES);
  return framed;
}
