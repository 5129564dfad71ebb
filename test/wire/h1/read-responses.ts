import { DEFAULT_LIMITS, type ResponseLimits } from '../../../src/wire/h1/response-limits.js';
import { ResponseParser } from '../../../src/wire/h1/response-parser.js';
import { ResponseViolation } from '../../../src/wire/h1/response-violation.js';

/** A response as strings, one character a byte. */
export interface ReadResponse {
  status: number;
  /** Value by name: names as they were asked for. */
  headers: Record<string, string[]>;
  body: string;
  trailers: Record<string, string[]>;
  isPersistent: boolean;
}

export interface Reading {
  responses: ReadResponse[];
  /** What is wrong with the next one. */
  violation: string | null;
  kind: ResponseViolation['kind'] | null;
  /** Whether the end of the bytes cut a response short. */
  isCut: boolean;
}

export interface ReadSettings {
  /** Of each request, whether it is HEAD; further ones are not. */
  heads?: readonly boolean[];
  /** Sizes of the pieces, taken in turn; one piece unless given. */
  pieces?: readonly number[];
  /** Names of the fields to look up. */
  names?: readonly string[];
  limits?: Partial<ResponseLimits>;
}

/** Overwritten after each piece: who still reads from it reads rubbish. */
const RUBBISH = 0x58;

/**
 * Reads the responses of a connection to its end, from one buffer that is used again for each piece.
 * Each request follows the response to the one before.
 */
export function readResponses(
  stream: string | Uint8Array,
  { heads = [], pieces = [Infinity], names = [], limits = {} }: ReadSettings = {},
): Reading {
  const bytes = typeof stream === 'string' ? Buffer.from(stream, 'latin1') : stream;
  const parser = new ResponseParser({ ...DEFAULT_LIMITS, ...limits });
  const buffer = Buffer.alloc(Math.max(1, Math.min(bytes.length, Math.max(...pieces))));
  const reading: Reading = { responses: [], violation: null, kind: null, isCut: false };
  const take = (): void => {
    const { responses } = reading;
    const { status, headers, trailers, body, isPersistent } = parser;
    const valuesOf = (fields: typeof headers): Record<string, string[]> =>
      Object.fromEntries(
        names.flatMap((name) => {
          const found = fields.values(name);
          return found.length === 0 ? [] : [[name, found]];
        }),
      );
    responses.push({
      status,
      headers: valuesOf(headers),
      body: Buffer.from(body.bytes.subarray(body.start, body.end)).toString('latin1'),
      trailers: valuesOf(trailers),
      isPersistent,
    });
    parser.begin(heads[responses.length] ?? false);
  };
  parser.begin(heads[0] ?? false);
  try {
    for (let from = 0, piece = 0; from < bytes.length; piece++) {
      const to = Math.min(bytes.length, from + pieces[piece % pieces.length]!);
      buffer.set(bytes.subarray(from, to));
      for (let at = 0; at < to - from;) {
        at = parser.read(buffer, at, to - from);
        if (parser.isComplete) take();
      }
      buffer.fill(RUBBISH);
      from = to;
    }
    if (parser.finish()) take();
  } catch (error) {
    if (!(error instanceof ResponseViolation)) throw error;
    reading.violation = error.message;
    reading.kind = error.kind;
  }
  reading.isCut = parser.hasBegun;
  return reading;
}
