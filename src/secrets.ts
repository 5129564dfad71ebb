/** What stands in the place of a secret. */
export const MASK = '***';

/** Nothing is known to be one, but for what is one by its nature. */
export const NO_SECRETS: Secrets = { headers: [], values: [] };

/** Headers that hold secrets by their nature. */
const SECRET_HEADERS = [
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'x-api-key',
];

/** What no output may show. Plain data. */
export interface Secrets {
  /** Headers by lower-case name: their values are secrets. */
  headers: readonly string[];
  /** Texts that are secrets wherever they appear, the longest first. */
  values: readonly string[];
}

/** Shorter texts are too common to be looked for: they would be found in every other word. */
const LEAST_LENGTH = 4;
/** Shorter texts are looked for as words by themselves. */
const LEAST_PART_LENGTH = 8;

/**
 * What of a run is secret.
 *
 * @param masked Names of headers whose values are secrets beside those that always are.
 * @param sent Request headers by lower-case name: the values of the secret ones are masked wherever
 *   they appear, for servers repeat what they were sent.
 * @param paths Of requests, with a query or without: what is long in a query is a secret, too.
 */
export function secretsOf(
  masked: readonly string[],
  sent: readonly (readonly [name: string, value: string])[],
  paths: readonly string[] = [],
): Secrets {
  const headers = [...new Set([...SECRET_HEADERS, ...masked.map((name) => name.toLowerCase())])];
  const values = sent
    .filter(([name]) => headers.includes(name))
    .flatMap(([name, value]) => partsOf(name, value))
    .concat(paths.flatMap(partsOfQuery))
    .flatMap((value) => [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)])
    .filter((value) => value.length >= LEAST_LENGTH);
  return { headers, values: [...new Set(values)].sort((a, b) => b.length - a.length) };
}

/** Short ones are names and numbers more often than secrets. */
function partsOfQuery(path: string): string[] {
  const [, query = ''] = /\?([^#]*)/.exec(path) ?? [];
  const values = query.split('&').map((pair) => pair.slice(pair.indexOf('=') + 1));
  return [query, ...values].filter((part) => part.length >= LEAST_PART_LENGTH);
}

/** A value, and what is a secret by itself in it. */
function partsOf(name: string, value: string): string[] {
  if (name.endsWith('cookie')) {
    const cookies = value.split(';').map((cookie) => cookie.slice(cookie.indexOf('=') + 1).trim());
    return [value, ...cookies];
  }
  const [, scheme = '', credentials = ''] = /^(\S+)\s+(.+)$/.exec(value) ?? [];
  if (!name.endsWith('authorization') || credentials === '') return [value];
  if (scheme.toLowerCase() !== 'basic') return [value, credentials];
  // RFC 7617: user and password in base64.
  const userAndPassword = Buffer.from(credentials, 'base64').toString('utf8');
  const password = userAndPassword.slice(userAndPassword.indexOf(':') + 1);
  return [value, credentials, userAndPassword, password];
}

/** The value of a header as it may be shown. */
export function maskedHeader(name: string, value: string, secrets: Secrets): string {
  if (secrets.headers.includes(name.toLowerCase())) return MASK;
  return name.endsWith('-bin') && holdsSecret(value, secrets) ? MASK : maskedText(value, secrets);
}

/** Whether bytes in base64 have a secret among them. */
function holdsSecret(base64: string, { values }: Secrets): boolean {
  const bytes = Buffer.from(base64, 'base64');
  return values.some((value) => bytes.includes(value));
}

/** Headers as they may be shown. */
export function maskedHeaders(
  headers: readonly (readonly [name: string, value: string])[],
  secrets: Secrets,
): [string, string][] {
  return headers.map(([name, value]) => [name, maskedHeader(name, value, secrets)]);
}

/** Up to the last @ of the authority; further where the password holds a / that it should not. */
const USER_IN_URL = /^([a-z][a-z0-9+.-]*:\/\/|\/\/)?(?:[^/]*|[^/:]*:(?!\d*\/).*)@/is;

/**
 * A URL as it may be shown: without its user and password, and without the values of its query.
 *
 * @param url Whatever was given as one; also `/path?query`.
 */
export function maskedUrl(url: string): string {
  const [, place = '', query, fragment = ''] = /^([^?#]*)(?:\?([^#]*))?(#.*)?$/s.exec(url) ?? [];
  const shown = place.replace(USER_IN_URL, `$1${MASK}@`);
  if (query === undefined) return `${shown}${fragment}`;
  const pairs = query.split('&').map((pair) => {
    const cut = pair.indexOf('=');
    return cut < 0 ? (pair === '' ? '' : MASK) : `${pair.slice(0, cut)}=${MASK}`;
  });
  return `${shown}?${pairs.join('&')}${fragment}`;
}

/** Schemes are short; to look for endless ones takes quadratic time. */
const URL_IN_TEXT = /[a-z][a-z0-9+.-]{0,19}:\/\/[^\s"'<>`]+/gi;

/**
 * A text as it may be shown, wherever it comes from: without secrets that were sent, without what
 * follows the name of a secret header, and with URLs masked.
 */
export function maskedText(text: string, secrets: Secrets): string {
  let shown = text;
  for (const value of secrets.values) {
    if (shown.includes(value)) shown = withoutValue(shown, value);
  }
  if (shown.includes('://')) shown = shown.replaceAll(URL_IN_TEXT, maskedUrl);
  return withoutHeaderValues(shown, secrets.headers);
}

function withoutValue(text: string, value: string): string {
  if (value.length >= LEAST_PART_LENGTH) return text.replaceAll(value, MASK);
  return text.replaceAll(new RegExp(`(?<![0-9a-z])${literal(value)}(?![0-9a-z])`, 'gi'), MASK);
}

/** A regular expression for a text as it is. */
function literal(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, String.raw`\$&`);
}

/** `cookie: a=b`, `"cookie": "a=b"`, `header cookie is a=b`: to the closing quote, or the line's end. */
function withoutHeaderValues(text: string, names: readonly string[]): string {
  const lower = text.toLowerCase();
  let shown = text;
  for (const name of names) {
    if (!lower.includes(name)) continue;
    const word = literal(name);
    shown = shown.replaceAll(
      new RegExp(
        String.raw`((?<![0-9a-z_.-])${word}\\?["']?(?:\s*[:=]|(?<=header ${word})\s+is)\s*)("(?:[^"\\\n]|\\.)*"|'[^'\n]*'|\S[^\r\n]*)`,
        'gi',
      ),
      (_, before: string, value: string) => `${before}${inQuotesOf(value)}`,
    );
  }
  return shown;
}

function inQuotesOf(value: string): string {
  const [quote = ''] = value;
  return quote === '"' || quote === "'" ? `${quote}${MASK}${quote}` : MASK;
}

/**
 * Plain data as they may be shown: a record, an explanation. All texts in them are masked as
 * {@link maskedText} does, and texts under the name of a secret header whole.
 */
export function masked<T>(plain: T, secrets: Secrets): T {
  const known = new Map<string, string>();
  const maskedOnce = (text: string): string => {
    if (text.length > LONGEST_KNOWN) return maskedText(text, secrets);
    const found = known.get(text) ?? maskedText(text, secrets);
    known.set(text, found);
    return found;
  };
  return maskedValue(plain, secrets.headers, maskedOnce) as T;
}

/** Shorter texts recur: names of fields, codes, files. */
const LONGEST_KNOWN = 64;

function maskedValue(
  value: unknown,
  headers: readonly string[],
  maskedOnce: (text: string) => string,
): unknown {
  if (typeof value === 'string') return maskedOnce(value);
  if (Array.isArray(value))
    return value.map((item: unknown) => maskedValue(item, headers, maskedOnce));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]: [string, unknown]) => {
      const isSecret = typeof item === 'string' && headers.includes(name.toLowerCase());
      return [maskedOnce(name), isSecret ? MASK : maskedValue(item, headers, maskedOnce)];
    }),
  );
}
