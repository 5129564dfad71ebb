import type { RawAnswer } from './answer.js';
import type { AnswerContents, ReadText } from './answer-contents.js';
import { findInProductPage } from './identity/bookinfo.js';
import { findInEcho } from './identity/echo.js';
import { type PageSpot, pageReader } from './identity/html.js';
import { setCookieValue } from './identity/set-cookie.js';
import { type FindPattern, type Found, findPattern, type Pattern } from './pattern.js';

/** Who says they answered: the pod, and its version where the answer tells that too. */
export interface Identity {
  pod: string;
  version: string | null;
}

/** Where in an answer the text stands that says who gave it. */
export type IdentitySource =
  | { kind: 'header'; name: string }
  | { kind: 'trailer'; name: string }
  /** A cookie that the answer sets. */
  | { kind: 'cookie'; name: string }
  /** A field of the message, by the names on the way to it. */
  | { kind: 'field'; path: readonly string[] }
  /** A field of the JSON that the body is, or the first text in the message that is some. */
  | { kind: 'json'; path: readonly string[] }
  /** An element of the page that the body is. */
  | { kind: 'html'; spot: PageSpot }
  /** All texts of the message, one a line, or the body. The pattern finds the identity in it. */
  | { kind: 'text'; pattern: Pattern }
  /** The sentence that ends in the pod's name, as the Greeter says it. */
  | { kind: 'greeter' }
  /** The lines that Istio's echo application prints. */
  | { kind: 'echo' }
  /** The product page of Istio's Bookinfo. */
  | { kind: 'bookinfo' }
  /** The gateway's access log: a file, or `-` for standard input. Answers are not looked at. */
  | { kind: 'access-log'; from: string }
  /** Identities are not asked for. */
  | { kind: 'none' };

/** How an answer says who gave it. Plain data: it travels to worker threads. */
export interface IdentitySpec {
  source: IdentitySource;
  /** Finds the identity in what the source gives; null: that is the identity. */
  pattern: Pattern | null;
  /**
   * What to call those that are found: [found, name]. Others keep what was found; null: all do. What
   * is found is never empty: the entry for the empty text names successful answers without anything.
   */
  map: readonly (readonly [found: string, name: string])[] | null;
}

/** Nothing is read. */
export const NO_IDENTITY: IdentitySpec = { source: { kind: 'none' }, pattern: null, map: null };

/** What stands before and after the pod's name in a Greeter's reply. */
const GREETER_PATTERN: Pattern = { dialect: 'javascript', text: String.raw`I'm from (\S+)!` };
/** Kubernetes names are at most this long (RFC 1123 subdomain); longer texts identify nothing. */
const MAX_POD_NAME_LENGTH = 253;

/** Whether answers in which nothing is found have a name too. */
export function namesNothing({ map }: IdentitySpec): boolean {
  return map?.some(([found]) => found === '') === true;
}

/**
 * Compiles a description to the function that reads identities.
 *
 * @param contents Looks into the answers of the call.
 * @returns A function that gives the identity, or undefined when the answer does not carry one.
 * @throws As {@link findPattern} and {@link pageReader}.
 */
export function identityReader(
  { source, pattern, map }: IdentitySpec,
  contents: AnswerContents,
): (answer: RawAnswer) => Identity | undefined {
  if (source.kind === 'none' || source.kind === 'access-log') return () => undefined;
  const readText = textReader(source, contents);
  const names = new Map(map);
  const nameOfNothing = names.get('');
  const identify = textIdentity(finderOf(source), pattern, names);
  const isShort = ['header', 'trailer', 'cookie'].includes(source.kind);
  const known = isShort && (pattern !== null || map !== null) ? remembering(identify) : identify;
  return (answer) => {
    const text = readText(answer);
    if (text === undefined) return undefined;
    const identity = text === '' ? null : known(text);
    if (identity !== null) return identity;
    return nameOfNothing !== undefined && contents.isSuccess(answer.status)
      ? { pod: nameOfNothing, version: null }
      : undefined;
  };
}

function textReader(
  source: Exclude<IdentitySource, { kind: 'none' | 'access-log' }>,
  contents: AnswerContents,
): ReadText {
  switch (source.kind) {
    case 'header':
      return (answer) => answer.header(source.name) ?? '';
    case 'trailer':
      return (answer) => answer.trailer(source.name) ?? '';
    case 'cookie':
      return (answer) => setCookieValue(answer.header('set-cookie') ?? '', source.name);
    case 'field':
      return contents.field(source.path);
    case 'json':
      return contents.json(source.path);
    case 'html': {
      const read = pageReader(source.spot);
      return (answer) => {
        const page = contents.text(answer);
        return page === undefined ? undefined : read(page);
      };
    }
    case 'text':
    case 'greeter':
    case 'echo':
    case 'bookinfo':
      return contents.text;
  }
}

/** What finds the identity in the text that a source gives. */
function finderOf(source: IdentitySource): FindPattern {
  switch (source.kind) {
    case 'text':
      return findPattern(source.pattern);
    case 'greeter':
      return findPattern(GREETER_PATTERN);
    case 'echo':
      return findInEcho;
    case 'bookinfo':
      return findInProductPage;
    default:
      return asItIs;
  }
}

function asItIs(text: string): Found {
  return { text, version: null };
}

/** @returns A function that gives null where nothing is found, undefined where that names nobody. */
function textIdentity(
  find: FindPattern,
  pattern: Pattern | null,
  names: ReadonlyMap<string, string>,
): (text: string) => Identity | null | undefined {
  const refine = pattern === null ? asItIs : findPattern(pattern);
  return (text) => {
    const found = find(text);
    const refined = found === null ? null : refine(found.text);
    if (found === null || refined === null || refined.text === '') return null;
    const pod = names.get(refined.text) ?? refined.text;
    if (pod.length > MAX_POD_NAME_LENGTH) return undefined;
    const version = refined.version ?? found.version;
    return { pod, version: version === '' ? null : version };
  };
}

/** Pods say the same again and again. What is remembered is bounded: servers choose the texts. */
const MAX_REMEMBERED = 1024;
const MAX_REMEMBERED_LENGTH = 512;

function remembering<T>(read: (text: string) => T): (text: string) => T {
  const remembered = new Map<string, T>();
  return (text) => {
    if (text.length > MAX_REMEMBERED_LENGTH) return read(text);
    const known = remembered.get(text);
    if (known !== undefined || remembered.has(text)) return known as T;
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    const result = read(text);
    remembered.set(text, result);
    return result;
  };
}
