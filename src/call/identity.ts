import { InputError } from '../input-error.js';
import type { RawAnswer } from './answer.js';
import { type Found, findPattern, parsePattern, type Pattern } from './pattern.js';

/** Who says they answered: the pod, and its version where the answer tells that too. */
export interface Identity {
  pod: string;
  version: string | null;
}

/** Where in an answer the text stands that says who gave it. */
export type IdentitySource =
  | { kind: 'header'; name: string }
  | { kind: 'trailer'; name: string }
  /** A field of the message, by the names on the way to it. */
  | { kind: 'field'; path: readonly string[] }
  /** A field of the first text in the message that is itself JSON. */
  | { kind: 'json'; path: readonly string[] }
  /** All texts of the message, one a line. */
  | { kind: 'text' }
  /** The lines that Istio's echo application prints. */
  | { kind: 'echo' }
  /** Identities are not asked for. */
  | { kind: 'none' };

/** How an answer says who gave it. Plain data: it travels to worker threads. */
export interface IdentitySpec {
  source: IdentitySource;
  /** Finds the identity in the text; null: the text is the identity. */
  pattern: Pattern | null;
  /** What to call those that are found: [found, name]. Others keep what was found; null: all do. */
  map: readonly (readonly [found: string, name: string])[] | null;
}

/** Decodes a reply message to protobuf's JSON form; undefined where it is not such a message. */
export type DecodeMessage = (message: Uint8Array) => unknown;

/** Kubernetes names are at most this long (RFC 1123 subdomain); longer texts identify nothing. */
const MAX_POD_NAME_LENGTH = 253;

/** Nothing is read. */
export const NO_IDENTITY: IdentitySpec = { source: { kind: 'none' }, pattern: null, map: null };

const GREETER: IdentitySpec = {
  source: { kind: 'field', path: ['message'] },
  pattern: { dialect: 'javascript', text: String.raw`I'm from (\S+)!` },
  map: null,
};
const ECHO: IdentitySpec = { source: { kind: 'echo' }, pattern: null, map: null };

/**
 * Reads the `--identity` option.
 *
 * @param text A preset (`greeter`, `echo`), `header:NAME`, `trailer:NAME`, `field:PATH` (dots
 *   between the names), `json:PATH` (the same inside a text that is itself JSON), or a regular
 *   expression in RE2 syntax (`regex:` before it is optional) whose group named `pod` is the pod,
 *   else its first group, else the whole match.
 * @throws InputError when it is none of them.
 */
export async function parseIdentity(text: string): Promise<IdentitySpec> {
  const cut = text.indexOf(':');
  const kind = cut < 0 ? text : text.slice(0, cut);
  const rest = cut < 0 ? '' : text.slice(cut + 1);
  switch (kind) {
    case 'greeter':
      if (cut < 0) return GREETER;
      break;
    case 'echo':
      if (cut < 0) return ECHO;
      break;
    case 'header':
    case 'trailer':
      if (rest !== '') return whole({ kind, name: rest.toLowerCase() });
      break;
    case 'field':
    case 'json':
      if (rest !== '') return whole({ kind, path: rest.split('.') });
      break;
  }
  const pattern = kind === 'regex' ? rest : text;
  if (!/[\\^$.*+?()[\]{}|]/.test(pattern)) {
    throw new InputError(
      `"${text}" does not say where the pod's name is: use greeter, echo, header:NAME, trailer:NAME, field:PATH, json:PATH or a regular expression with a group`,
      { path: '--identity' },
    );
  }
  return {
    source: { kind: 'text' },
    pattern: await parsePattern(pattern, '--identity'),
    map: null,
  };
}

function whole(source: IdentitySource): IdentitySpec {
  return { source, pattern: null, map: null };
}

/** The identity preset that fits a known method; undefined when the user has to say. */
export function defaultIdentity(methodPath: string): IdentitySpec | undefined {
  switch (methodPath) {
    case '/helloworld.Greeter/SayHello':
      return GREETER;
    case '/proto.EchoTestService/Echo':
      return ECHO;
    default:
      return undefined;
  }
}

/**
 * Compiles a description to the function that reads identities.
 *
 * @returns A function that gives the identity, or undefined when the answer does not carry one.
 * @throws As {@link findPattern}.
 */
export function identityReader(
  { source, pattern, map }: IdentitySpec,
  decode: DecodeMessage,
): (answer: RawAnswer) => Identity | undefined {
  if (source.kind === 'none') return () => undefined;
  if (source.kind === 'echo') {
    return (answer) => echoIdentity(textAt(messageOf(answer, decode), ['message']));
  }
  const textOf = textReader(source, decode);
  const identify = textIdentity(pattern, map);
  const isShort = source.kind === 'header' || source.kind === 'trailer';
  const known = isShort && (pattern !== null || map !== null) ? remembering(identify) : identify;
  return (answer) => {
    const text = textOf(answer);
    return text === undefined || text === '' ? undefined : known(text);
  };
}

function textReader(
  source: Exclude<IdentitySource, { kind: 'none' | 'echo' }>,
  decode: DecodeMessage,
): (answer: RawAnswer) => string | undefined {
  switch (source.kind) {
    case 'header':
      return (answer) => answer.header(source.name);
    case 'trailer':
      return (answer) => answer.trailer(source.name);
    case 'field':
      return (answer) => textAt(messageOf(answer, decode), source.path);
    case 'json':
      return (answer) => textAt(jsonWithin(messageOf(answer, decode)), source.path);
    case 'text':
      return (answer) => allText(messageOf(answer, decode));
  }
}

function messageOf(
  { buffer, messageStart, messageEnd }: RawAnswer,
  decode: DecodeMessage,
): unknown {
  return messageEnd > messageStart ? decode(buffer.subarray(messageStart, messageEnd)) : undefined;
}

function textIdentity(
  pattern: Pattern | null,
  map: IdentitySpec['map'],
): (text: string) => Identity | undefined {
  const find = pattern === null ? asItIs : findPattern(pattern);
  const names = new Map(map);
  return (text) => {
    const found = find(text);
    return found === null
      ? undefined
      : namedPod(names.get(found.text) ?? found.text, found.version ?? undefined);
  };
}

function asItIs(text: string): Found {
  return { text, version: null };
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

/**
 * The echo application prints `Key=value` lines. Its request headers come first, so the last line
 * of a key is its own. One build misspelt the version's key.
 */
function echoIdentity(text: string): Identity | undefined {
  const version = lastGroup(text, /^(?:\[\d+ body\] )?Servi[cv]eVersion=(.*)$/gm);
  const pod = lastGroup(text, /^(?:\[\d+ body\] )?Hostname=(.*)$/gm);
  return namedPod(pod, version) ?? namedPod(version, version);
}

function lastGroup(text: string, pattern: RegExp): string | undefined {
  return [...text.matchAll(pattern)].at(-1)?.[1]?.trim();
}

function namedPod(pod: string | undefined, version?: string): Identity | undefined {
  if (pod === undefined || pod === '' || pod.length > MAX_POD_NAME_LENGTH) return undefined;
  return { pod, version: version === undefined || version === '' ? null : version };
}

/** The first text in a message that is a JSON document, parsed. */
function jsonWithin(value: unknown): unknown {
  if (typeof value === 'string') {
    try {
      const parsed: unknown = JSON.parse(value);
      return typeof parsed === 'object' ? parsed : undefined;
    } catch {
      return undefined;
    }
  }
  if (typeof value !== 'object' || value === null) return undefined;
  for (const part of Object.values(value)) {
    const found = jsonWithin(part);
    if (found !== undefined && found !== null) return found;
  }
  return undefined;
}

function textAt(message: unknown, path: readonly string[]): string {
  let value = message;
  for (const name of path) {
    if (typeof value !== 'object' || value === null) return '';
    // What an object inherits is not in the message.
    value = Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
  }
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}

function allText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return '';
  return Object.values(value).map(allText).join('\n');
}
