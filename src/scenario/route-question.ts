import { InputError } from '../input-error.js';
import { type Secrets, secretsOf } from '../secrets.js';
import { type ContractSources, contractSources } from './call.js';
import { callList } from './call-list.js';
import {
  DEFAULT_NAMESPACE,
  type ExpectationSource,
  expectationSource,
  type ProgrammedSource,
  programmedSource,
} from './expectation-source.js';
import { parseHeaders } from './headers.js';
import type { Settings } from './schema.js';
import { parseTarget, type Target } from './target.js';

/** What a request asks for. */
export type AskedFor =
  | ({
      kind: 'call';
      /** As the user wrote it: `pkg.Service/Method`. */
      call: string;
    } & ContractSources)
  | { kind: 'http'; method: string; path: string };

/** A request whose route is asked for; nothing is sent. */
export interface RouteQuestion {
  manifests: Extract<ExpectationSource, { kind: 'manifests' }>;
  programmed: ProgrammedSource | null;
  namespace: string;
  askedFor: AskedFor;
  target: Target | null;
  authority: string | null;
  /** Request metadata by lower-case name. */
  metadata: [string, string][];
  /** null: neither the target nor a setting says; both are tried. */
  scheme: 'http' | 'https' | null;
  /** What no output may show. */
  secrets: Secrets;
}

const NO_CALL =
  'say which request: a call such as helloworld.Greeter/SayHello, or --path (and --method) for plain HTTP';

/**
 * Completes settings to a question.
 *
 * @param all Those of the file with those of the command line laid over them.
 * @param http Method and path of a plain HTTP request, where it is one.
 * @throws InputError when something needed is missing or two settings contradict each other.
 */
export function routeQuestion(
  all: Settings,
  http: { method: string | undefined; path: string | undefined },
): RouteQuestion {
  const settings = all.calls === undefined ? all : onlyCall(all);
  const source = expectationSource(settings);
  if (source.kind === 'weights') {
    throw new InputError('weights need no explanation: give the manifests with --manifest', {
      path: '--weights',
    });
  }
  const target = settings.target === undefined ? null : parseTarget(settings.target);
  const metadata = parseHeaders(settings.metadata ?? {}, settings.header ?? []);
  return {
    manifests: source,
    programmed: programmedSource(settings),
    namespace: settings.namespace ?? DEFAULT_NAMESPACE,
    askedFor: askedFor(settings, http),
    target,
    authority: settings.authority ?? null,
    metadata,
    secrets: secretsOf(settings.mask ?? [], metadata, http.path),
    scheme: settings.plaintext === true ? 'http' : target?.kind === 'tcp' ? target.scheme : null,
  };
}

function onlyCall(settings: Settings): Settings {
  const [first, ...others] = callList(settings);
  if (first !== undefined && others.length === 0) return first;
  const names = [first, ...others].map((own) => own?.call ?? '').join(', ');
  throw new InputError(`one request at a time, and the scenario has several: choose of ${names}`, {
    path: '--call',
  });
}

function askedFor(
  settings: Settings,
  { method, path }: { method: string | undefined; path: string | undefined },
): AskedFor {
  const { call } = settings;
  if (path === undefined) {
    if (method !== undefined) {
      throw new InputError('a method needs a path: give --path too', { path: '--method' });
    }
    if (call === undefined) throw new InputError(NO_CALL, { path: '--call' });
    return { kind: 'call', call, ...contractSources(settings) };
  }
  if (call !== undefined) {
    throw new InputError('a call has its own path: give --call or --path', { path: '--path' });
  }
  if (!path.startsWith('/')) throw new InputError('a path begins with /', { path: '--path' });
  return { kind: 'http', method: (method ?? 'GET').toUpperCase(), path };
}
