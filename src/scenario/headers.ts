import { InputError } from '../input-error.js';

/** What frames a message, and what HTTP/2 forbids of HTTP/1.1 (RFC 9113, section 8.2.2). */
const OF_THE_CONNECTION = [
  'host',
  'content-length',
  'connection',
  'proxy-connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
];

/** Which headers a kind of request can have. */
interface HeaderRules {
  /** What names are made of. */
  name: RegExp;
  characters: string;
  isReserved: (name: string) => boolean;
  /** Whether names that end in `-bin` carry bytes. */
  hasBinary: boolean;
}

/** By whose rules headers are sent. */
type RulesOf = 'grpc' | 'connect' | 'http' | 'websocket';

const GRPC_RULES: HeaderRules = {
  name: /^[0-9a-z_.-]*/,
  characters: 'a-z, 0-9, "-", "_" and "."',
  isReserved: (name) =>
    ['content-type', 'te', ...OF_THE_CONNECTION].includes(name) || name.startsWith('grpc-'),
  hasBinary: true,
};

const HTTP_RULES: HeaderRules = {
  // RFC 9110, section 5.6.2.
  name: /^[!#$%&'*+.^_`|~0-9a-z-]*/,
  characters: 'letters, digits and - . _ and the like',
  isReserved: (name) =>
    ['te', 'expect', ...OF_THE_CONNECTION].includes(name) || name.startsWith('sec-websocket-'),
  hasBinary: false,
};

const RULES: Readonly<Record<RulesOf, HeaderRules>> = {
  grpc: GRPC_RULES,
  connect: {
    ...GRPC_RULES,
    isReserved: (name) =>
      ['content-encoding', 'accept-encoding'].includes(name) ||
      name.startsWith('connect-') ||
      GRPC_RULES.isReserved(name),
  },
  http: HTTP_RULES,
  websocket: {
    ...HTTP_RULES,
    // Which subprotocols are offered is for the user to say.
    isReserved: (name) => name !== 'sec-websocket-protocol' && HTTP_RULES.isReserved(name),
  },
};

/** The headers of a request, and the host among them. */
export interface RequestHeaders {
  /** By lower-case name, in the order given. */
  headers: [string, string][];
  /** What `host` says; null where it is not given. */
  host: string | null;
  /** Names that were given without a value, as curl's users do who want none sent. */
  removed: ReadonlySet<string>;
}

/**
 * Reads request headers as settings give them: as a map and as `name: value` lines.
 *
 * @throws InputError when a name or value cannot be sent.
 */
export function requestHeaders(
  metadata: Readonly<Record<string, string>>,
  lines: readonly string[],
  kind: RulesOf,
): RequestHeaders {
  const others = lines.filter((line) => !HOST_LINE.test(line));
  const removed = new Set<string>();
  const kept = !isHttp(kind)
    ? others
    : others.filter((line) => {
        const [, name] = /^([^:]+):\s*$/.exec(line) ?? [];
        if (name !== undefined) removed.add(name.trim().toLowerCase());
        return name === undefined;
      });
  return { headers: parseHeaders(metadata, kept, kind), host: hostIn(lines), removed };
}

/** Whether headers are HTTP's own, as curl's users write them. */
function isHttp(kind: RulesOf): boolean {
  return kind === 'http' || kind === 'websocket';
}

const HOST_LINE = /^\s*host\s*:(.*)$/i;

/**
 * What `host` says among request headers; null where it is not given.
 *
 * @throws InputError when it cannot be sent.
 */
function hostIn(lines: readonly string[]): string | null {
  const text = lines
    .flatMap((line) => HOST_LINE.exec(line)?.[1] ?? [])
    .at(-1)
    ?.trim();
  if (text === undefined || /^[\x21-\x7e]+$/.test(text)) return text ?? null;
  throw new InputError('write the host in ASCII, with its port if need be', { path: '--header' });
}

/**
 * Joins request headers given as a map and as `name: value` lines.
 *
 * @param mapName What the map is called in the settings, for messages.
 * @returns Pairs with lower-case names, in the order given.
 * @throws InputError when a name or value cannot be sent.
 */
export function parseHeaders(
  metadata: Readonly<Record<string, string>>,
  lines: readonly string[],
  kind: RulesOf = 'grpc',
  mapName = isHttp(kind) ? 'http.headers' : '--metadata',
): [string, string][] {
  const rules = RULES[kind];
  const pairs = Object.entries(metadata).map(([name, value]): [string, string] =>
    checked(name, value, mapName, rules),
  );
  for (const [index, line] of lines.entries()) {
    // As curl has it, a semicolon in the colon's place stands for an empty value.
    const cut = isHttp(kind) && /^[^:;]+;$/.test(line) ? line.length - 1 : line.indexOf(':');
    if (cut <= 0) {
      // The line may be a secret: it is not repeated.
      throw new InputError(`header number ${index + 1} is not 'name: value'`, { path: '--header' });
    }
    pairs.push(checked(line.slice(0, cut), line.slice(cut + 1), '--header', rules));
  }
  return pairs;
}

function checked(
  rawName: string,
  rawValue: string,
  flag: string,
  rules: HeaderRules,
): [string, string] {
  const name = rawName.trim().toLowerCase();
  const value = rawValue.trim();
  const [usable = ''] = rules.name.exec(name) ?? [];
  if (usable === '' || usable !== name) {
    // Behind a wrong sign the value may begin: `authorization=Bearer …`.
    throw new InputError(
      `"${usable}…" cannot be the name of a request header: names are of ${rules.characters}`,
      { path: flag },
    );
  }
  if (rules.isReserved(name)) {
    const instead = name === 'host' ? ': write authority' : '';
    throw new InputError(`${name} belongs to the protocol and cannot be set${instead}`, {
      path: flag,
    });
  }
  const isBinary = rules.hasBinary && name.endsWith('-bin');
  if (isBinary ? !/^[A-Za-z0-9+/]*={0,2}$/.test(value) : !/^[\x20-\x7e]*$/.test(value)) {
    // The value may be a secret: it is not repeated.
    throw new InputError(
      isBinary
        ? `the value of ${name} is not base64`
        : `the value of ${name} has characters outside printable ASCII${rules.hasBinary ? '; use a name that ends in -bin' : ''}`,
      { path: flag },
    );
  }
  return [name, value];
}
