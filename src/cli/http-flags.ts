import { InputError } from '../input-error.js';
import { readBytes } from '../inputs/read-text.js';
import type { HttpSettings } from '../scenario/http-settings.js';
import { all, type Arguments, single } from './arguments.js';

/** A request is sent many times over: one as large as this is a mistake. */
export const MAX_DATA_BYTES = 64 * 1024 * 1024;

/** Flags that only plain HTTP has. */
const HTTP_FLAGS = ['path', 'method', 'head', 'data-binary'];

/** Whether the flags are those of a plain HTTP request. */
export function isHttpAsked(args: Arguments): boolean {
  return args.protocol === 'http' || HTTP_FLAGS.some((name) => args[name] !== undefined);
}

/**
 * The plain HTTP request of the command line, in curl's words.
 *
 * @returns undefined where it says nothing of one.
 * @throws InputError when a flag is wrong, or a file cannot be read.
 */
export async function httpFromFlags(
  args: Arguments,
  signal: AbortSignal | undefined,
): Promise<HttpSettings | undefined> {
  const path = single(args, 'path') as string | undefined;
  const method =
    (single(args, 'method') as string | undefined) ?? (args.head === true ? 'HEAD' : undefined);
  const body = await bodyFromFlags(args, signal);
  if (method === 'HEAD' && args.head === true && body !== undefined) {
    throw new InputError('a HEAD request has no body: leave out this, or --data', {
      path: '--head',
    });
  }
  const http: HttpSettings = {
    ...(path === undefined ? {} : { path }),
    ...(method === undefined ? {} : { method }),
    ...(body === undefined ? {} : { body }),
  };
  return Object.keys(http).length === 0 ? undefined : http;
}

/** `-d` as given, several joined by `&`, `@FILE` without its line ends; `--data-binary` untouched. */
async function bodyFromFlags(
  args: Arguments,
  signal: AbortSignal | undefined,
): Promise<Uint8Array | undefined> {
  const parts: Buffer[] = [];
  for (const flag of ['data', 'data-binary']) {
    for (const text of all(args, flag)) {
      const bytes = await bytesOf(text, `--${flag}`, signal);
      parts.push(flag === 'data' && text.startsWith('@') ? withoutLineEnds(bytes) : bytes);
    }
  }
  const [first, ...others] = parts;
  if (first === undefined) return undefined;
  return Buffer.concat([first, ...others.flatMap((part) => [Buffer.from('&'), part])]);
}

function bytesOf(text: string, flag: string, signal: AbortSignal | undefined): Promise<Buffer> {
  if (!text.startsWith('@')) return Promise.resolve(Buffer.from(text));
  const from = text.slice(1);
  const what = 'the body of the request';
  return readBytes({
    from: from === '' ? '-' : from,
    what,
    flag,
    maxBytes: MAX_DATA_BYTES,
    signal,
  });
}

function withoutLineEnds(bytes: Buffer): Buffer {
  return Buffer.from(bytes.filter((byte) => byte !== 0x0a && byte !== 0x0d && byte !== 0));
}

/** @throws InputError where flags of plain HTTP stand beside a gRPC method. */
export function refuseHttpFlags(args: Arguments): void {
  const flag = HTTP_FLAGS.find((name) => args[name] !== undefined);
  if (flag === undefined) return;
  throw new InputError('a gRPC call has its own path and method: drop this, or the gRPC method', {
    path: `--${flag}`,
  });
}
