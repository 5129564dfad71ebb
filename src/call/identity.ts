import { InputError } from '../input-error.js';

/** Who says they answered: the pod, and its version where the answer tells that too. */
export interface Identity {
  pod: string;
  version: string | null;
}

/** Where in an answer the identity stands. Plain data: it travels to worker threads. */
export type IdentitySource =
  | { kind: 'greeter' }
  | { kind: 'echo' }
  | { kind: 'header'; name: string }
  | { kind: 'trailer'; name: string }
  | { kind: 'field'; path: string[] }
  | { kind: 'json'; path: string[] }
  | { kind: 'regex'; pattern: string }
  /** Nobody asked. */
  | { kind: 'none' };

/** An answer as identity extraction sees it; everything is read only when asked for. */
export interface Answer {
  /** The reply message in protobuf's JSON form; undefined when there is none. */
  message(): unknown;
  /** A response header by its lower-case name. */
  header(name: string): string | undefined;
  /** A trailer by its lower-case name. */
  trailer(name: string): string | undefined;
}

/** Kubernetes names are at most this long (RFC 1123 subdomain); longer text is no identity. */
const MAX_POD_NAME_LENGTH = 253;

/**
 * Reads the `--identity` option.
 *
 * @param text A preset (`greeter`, `echo`), `header:NAME`, `trailer:NAME`, `field:PATH` (dots
 *   between the names), `json:PATH` (the same inside a text that is itself JSON), or a regular expression (`regex:` before it is optional) whose group named
 *   `pod` is the pod, else its first group, else the whole match.
 * @throws InputError when it is none of them.
 */
export function parseIdentitySource(text: string): IdentitySource {
  const cut = text.indexOf(':');
  const kind = cut < 0 ? text : text.slice(0, cut);
  const rest = cut < 0 ? '' : text.slice(cut + 1);
  switch (kind) {
    case 'greeter':
    case 'echo':
      if (cut < 0) return { kind };
      break;
    case 'header':
    case 'trailer':
      if (rest !== '') return { kind, name: rest.toLowerCase() };
      break;
    case 'field':
    case 'json':
      if (rest !== '') return { kind, path: rest.split('.') };
      break;
  }
  const pattern = kind === 'regex' ? rest : text;
  if (!/[\\^$.*+?()[\]{}|]/.test(pattern)) {
    throw new InputError(
      `"${text}" is no way to find the pod: use greeter, echo, header:NAME, trailer:NAME, field:PATH, json:PATH or a regular expression with a group`,
      { path: '--identity' },
    );
  }
  try {
    new RegExp(pattern, 'mu');
  } catch (error) {
    throw new InputError(`not a regular expression: ${(error as Error).message}`, {
      path: '--identity',
    });
  }
  return { kind: 'regex', pattern };
}

/** The identity preset that fits a known method; undefined when the user has to say. */
export function defaultIdentitySource(methodPath: string): IdentitySource | undefined {
  switch (methodPath) {
    case '/helloworld.Greeter/SayHello':
      return { kind: 'greeter' };
    case '/proto.EchoTestService/Echo':
      return { kind: 'echo' };
    default:
      return undefined;
  }
}

/**
 * Compiles a source to the function that reads it.
 *
 * @returns A function that gives the identity, or undefined when the answer does not carry one.
 */
export function identityReader(source: IdentitySource): (answer: Answer) => Identity | undefined {
  switch (source.kind) {
    case 'greeter':
      return (answer) =>
        namedPod(/I'm from (.+)!/s.exec(textAt(answer.message(), ['message']))?.[1]);
    case 'echo':
      return (answer) => echoIdentity(textAt(answer.message(), ['message']));
    case 'header':
      return (answer) => namedPod(answer.header(source.name));
    case 'trailer':
      return (answer) => namedPod(answer.trailer(source.name));
    case 'field':
      return (answer) => namedPod(textAt(answer.message(), source.path));
    case 'json':
      return (answer) => namedPod(textAt(jsonWithin(answer.message()), source.path));
    case 'none':
      return () => undefined;
    case 'regex': {
      const pattern = new RegExp(source.pattern, 'mu');
      return (answer) => {
        const match = pattern.exec(allText(answer.message()));
        return match === null
          ? undefined
          : namedPod(match.groups?.pod ?? match[1] ?? match[0], match.groups?.version);
      };
    }
  }
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
    value = (value as Record<string, unknown>)[name];
  }
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}

function allText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return '';
  return Object.values(value).map(allText).join('\n');
}
