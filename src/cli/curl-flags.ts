/**
 * Gives curl's flags that have another name here that name. Words after `--` stay as they are.
 */
export function curlFlags(words: readonly string[]): string[] {
  const end = words.indexOf('--');
  return words.map((word, index) =>
    end >= 0 && index >= end ? word : word.replace(/^--request(?==|$)/, '--method'),
  );
}

const SHOWN_BY_CURL =
  'answers are counted and not shown: look at one with curl, and at the figures with --format json';
const IN_QUERY = 'write the query into the URL, or into --path';
const UNPACKED = "ask for it with -H 'accept-encoding: gzip'; such bodies are unpacked";
const SILENT = 'leave it out: the report stands on standard output, all else on standard error';
const NOT_FOLLOWED =
  'redirects are answers, and never followed: ask for what the redirect leads to';
const A_COOKIE = "a cookie is a header here: -H 'cookie: NAME=VALUE'";
const A_FORM =
  "forms are not put together here: give the body with --data-binary @FILE, and -H 'content-type: …'";
const OTHER_WAY = 'proxies are not used: --connect-to HOST1:PORT1:HOST2:PORT2 connects elsewhere';
const REFERRED = "write it as a header: -H 'referer: …'";
const UPLOAD = 'write it as -X PUT --data-binary @FILE';

/** What to write in the place of curl's words that mean nothing here, by the names of flags. */
const HINTS: Readonly<Record<string, string>> = {
  D: SHOWN_BY_CURL,
  F: A_FORM,
  G: IN_QUERY,
  L: NOT_FOLLOWED,
  O: SHOWN_BY_CURL,
  S: SILENT,
  T: UPLOAD,
  b: A_COOKIE,
  e: REFERRED,
  i: SHOWN_BY_CURL,
  j: A_COOKIE,
  o: SHOWN_BY_CURL,
  s: SILENT,
  v: SHOWN_BY_CURL,
  w: SHOWN_BY_CURL,
  x: OTHER_WAY,
  compressed: UNPACKED,
  cookie: A_COOKIE,
  'data-ascii': 'write it as -d',
  'data-raw': 'write it as -d, or as --data-binary @FILE where it begins with @',
  'data-urlencode': 'encode it before, and write it as -d',
  fail: 'leave it out: 4xx and 5xx are failures, unless --ok-status says else',
  form: A_FORM,
  get: IN_QUERY,
  http1: 'write it as --http-version 1.1',
  http2: 'write it as --http-version 2',
  'http2-prior-knowledge': 'write it as --plaintext --http-version 2',
  include: SHOWN_BY_CURL,
  json: "write it as -d 'JSON' -H 'content-type: application/json'",
  location: NOT_FOLLOWED,
  proxy: OTHER_WAY,
  referer: REFERRED,
  'show-error': SILENT,
  silent: SILENT,
  'upload-file': UPLOAD,
  url: 'write the URL as a word by itself',
  verbose: SHOWN_BY_CURL,
  'write-out': SHOWN_BY_CURL,
};

/**
 * What users of curl are to write in the place of a flag that there is not.
 *
 * @param names Of flags that are not known, without their dashes.
 * @returns null where none of them is curl's.
 */
export function curlHint(names: readonly string[]): string | null {
  const name = names.find((one) => Object.hasOwn(HINTS, one));
  if (name === undefined) return null;
  return `${name.length === 1 ? '-' : '--'}${name} is curl’s: ${HINTS[name]}`;
}
