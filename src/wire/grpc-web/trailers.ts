import { ByteCache } from '../bytes/byte-cache.js';
import { parseGrpcStatus } from '../grpc/status.js';

const MAX_REMEMBERED = 1024;
/** Longer ones carry details of a failure, and seldom recur. */
const MAX_REMEMBERED_BYTES = 256;
const NO_STATUS = -1;

/** Trailers as the body of an answer carries them. */
export class WebTrailers {
  /** Names in lower case, in their order. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** The value of `grpc-status`; -1 where there is none. */
  readonly grpcStatus: number;

  constructor(fields: readonly (readonly [name: string, value: string])[]) {
    this.fields = fields;
    const status = this.get('grpc-status');
    this.grpcStatus = status === undefined ? NO_STATUS : parseGrpcStatus(status);
  }

  /** The first of a name, which is in lower case. */
  get(name: string): string | undefined {
    return this.fields.find(([own]) => own === name)?.[1];
  }
}

const remembered = new ByteCache<WebTrailers>(MAX_REMEMBERED, MAX_REMEMBERED_BYTES);

/**
 * Reads trailers, each on a line as HTTP/1.1 has headers. Servers send the same again and again: they are
 * recognised by their bytes.
 */
export function readTrailers(bytes: Uint8Array, start: number, end: number): WebTrailers {
  const hash = remembered.hash(bytes, start, end, 0);
  const known = remembered.find(bytes, start, end, hash);
  if (known !== undefined) return known;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
  const trailers = new WebTrailers(text.split(/\r?\n/).flatMap(fieldIn));
  remembered.store(bytes, start, end, hash, trailers);
  return trailers;
}

function fieldIn(line: string): (readonly [name: string, value: string])[] {
  const colon = line.indexOf(':');
  if (colon <= 0) return [];
  return [[line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]];
}
