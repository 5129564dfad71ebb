import { InputError } from '../input-error.js';

/** Headers that the protocol itself sets, and those of HTTP/1.1 that HTTP/2 forbids (RFC 9113, 8.2.2). */
const RESERVED = new Set([
  'content-type',
  'te',
  'host',
  'content-length',
  'connection',
  'proxy-connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
]);

/**
 * Joins request metadata given as a map and as `name: value` lines.
 *
 * @returns Pairs with lower-case names, in the order given.
 * @throws InputError when a name or value cannot be sent.
 */
export function parseHeaders(
  metadata: Readonly<Record<string, string>>,
  lines: readonly string[],
): [string, string][] {
  const pairs = Object.entries(metadata).map(([name, value]): [string, string] =>
    checked(name, value, '--metadata'),
  );
  for (const [index, line] of lines.entries()) {
    const cut = line.indexOf(':');
    if (cut <= 0) {
      // The line may be a secret: it is not repeated.
      throw new InputError(`header number ${index + 1} is not 'name: value'`, { path: '--header' });
    }
    pairs.push(checked(line.slice(0, cut), line.slice(cut + 1), '--header'));
  }
  return pairs;
}

function checked(rawName: string, rawValue: string, flag: string): [string, string] {
  const name = rawName.trim().toLowerCase();
  const value = rawValue.trim();
  const [usable = ''] = /^[0-9a-z_.-]*/.exec(name) ?? [];
  if (usable === '' || usable !== name) {
    // Behind a wrong sign the value may begin: `authorization=Bearer …`.
    throw new InputError(
      `"${usable}…" cannot be the name of request metadata: names are of a-z, 0-9, "-", "_" and "."`,
      { path: flag },
    );
  }
  if (RESERVED.has(name) || name.startsWith('grpc-')) {
    throw new InputError(`${name} belongs to the protocol and cannot be set`, { path: flag });
  }
  if (
    name.endsWith('-bin') ? !/^[A-Za-z0-9+/]*={0,2}$/.test(value) : !/^[\x20-\x7e]*$/.test(value)
  ) {
    // The value may be a secret: it is not repeated.
    throw new InputError(
      name.endsWith('-bin')
        ? `the value of ${name} is not base64`
        : `the value of ${name} has characters outside printable ASCII; use a name that ends in -bin`,
      { path: flag },
    );
  }
  return [name, value];
}
