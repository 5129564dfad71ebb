import {
  fieldsOf,
  listOf,
  type Fields,
  type Path,
  refusal,
  type Refusals,
  textOf,
} from './fields.js';

/**
 * Names and values of headers that are added, set or removed.
 * Source: istio/istio pkg/config/validation/validation.go, ValidateHTTPHeaderWithAuthorityOperationName,
 * ValidateHTTPHeaderOperationName and ValidateHTTPHeaderValue.
 */
export function* badHeaderChanges(headers: Fields, path: Path): Refusals {
  for (const side of ['request', 'response'] as const) {
    const changes = fieldsOf(headers[side]);
    for (const how of ['add', 'set'] as const)
      for (const [name, value] of Object.entries(fieldsOf(changes[how]))) {
        const at = [...path, side, how, name];
        const mayBe = side === 'request' && isAuthority(name);
        if (name === '' || (isInternal(name) && !mayBe)) yield refusal(at, noHeader(name));
        const problem = badValue(textOf(value));
        if (problem !== null) yield refusal(at, problem);
      }
    for (const [index, name] of listOf(changes.remove).entries())
      if (typeof name === 'string' && (name === '' || isInternal(name)))
        yield refusal([...path, side, 'remove', index], noHeader(name));
  }
}

/** The authority is written once. Source: virtualservice.go, validateAuthorityRewrite. */
export function* badAuthority(route: Fields, path: Path): Refusals {
  const request = fieldsOf(fieldsOf(route.headers).request);
  const written = [
    textOf(fieldsOf(route.rewrite).authority),
    ...['set', 'add'].flatMap((how) =>
      Object.entries(fieldsOf(request[how]))
        .filter(([name]) => isAuthority(name))
        .map(([, value]) => textOf(value)),
    ),
  ].filter((value) => value !== '');
  if (written.length > 1)
    yield refusal([...path, 'headers'], `the authority is written twice: ${written.join(' and ')}`);
}

function isInternal(name: string): boolean {
  return name.startsWith(':') || name.toLowerCase() === 'host';
}

function isAuthority(name: string): boolean {
  return [':authority', 'host'].includes(name.toLowerCase());
}

function noHeader(name: string): string {
  return `${JSON.stringify(name)} is no header that can be changed`;
}

/**
 * Text with Envoy's `%VARIABLE%` and `%VARIABLE(…)%` in it; `%%` is a percent sign.
 * Source: istio/istio pkg/config/validation/header_value_validator.go, of what it takes in all but odd arguments.
 */
function badValue(value: string): string | null {
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u0008\u000A-\u001F\u007F]/.test(value)) return 'its value has control characters';
  const literal = value.replaceAll('%%', '');
  const isWhole = /^(?:[^%]|%[^%(]*(?:\((?:[^)\\]|\\.)*\) *)?%)*$/.test(literal);
  return isWhole ? null : 'its value has a % that ends no %VARIABLE%: write %% for a percent sign';
}

const TOKEN = /^[-!#$%&'*+.^_`|~0-9A-Za-z]+$/;
const PSEUDO_HEADERS = [':method', ':scheme', ':authority', ':path', ':status'];

/** A header that can be matched, or a claim of a token. */
export function isHeaderToMatch(name: string): boolean {
  return (
    /^@request\.auth\.claims(?:\..|\[.+\]$)/i.test(name) ||
    PSEUDO_HEADERS.includes(name) ||
    TOKEN.test(name)
  );
}

/** A header that CORS is about; `*` is any. */
export function isCorsHeader(name: string): boolean {
  return TOKEN.test(name);
}
