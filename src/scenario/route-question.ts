import { InputError } from '../input-error.js';
import { type Secrets, secretsOf } from '../secrets.js';
import { parseDurationMs } from './duration.js';
import { type Call, callOf } from './call.js';
import { callList, inCall, nameOfCall, onlyCall } from './call-list.js';
import {
  DEFAULT_NAMESPACE,
  type ExpectationSource,
  expectationSource,
  type ProgrammedSource,
  programmedSource,
} from './expectation-source.js';
import { type ExpectedService, expectedService } from './expected-service.js';
import type { Settings } from './schema.js';
import { parseConnectionTarget, parseTargetUrl, type Target } from './target.js';

/** A request whose route is asked for; nothing is sent. */
export interface RouteQuestion {
  manifests: Extract<ExpectationSource, { kind: 'manifests' }>;
  /** The service behind the requested one whose route is asked for too; null: none. */
  service: ExpectedService | null;
  programmed: ProgrammedSource | null;
  namespace: string;
  call: Call;
  target: Target | null;
  /** Asked for in TLS; null: the authority's host. */
  serverName: string | null;
  /** A connection is asked for, and a request only where proxies see one. */
  connectionAlone: boolean;
  /** null: neither the target nor a setting says; both are tried. */
  scheme: 'http' | 'https' | null;
  /** How long the client waits, in ms; null: nothing says it. */
  deadlineMs: number | null;
  /** What no output may show. */
  secrets: Secrets;
}

/** A question about one of the calls of a scenario. */
export interface NamedQuestion {
  /** What the scenario calls it, else its method or path. */
  name: string;
  question: RouteQuestion;
}

/**
 * Completes settings to a question about each of their calls.
 *
 * @param settings Those of the file with those of the command line laid over them.
 * @throws InputError as {@link routeQuestion}, with the call where they have several.
 */
export function routeQuestions(settings: Settings): NamedQuestion[] {
  const calls = callList(settings);
  const named = calls.map((own, index) => ({
    name: own.callName ?? nameOfCall(own),
    question: inCall(calls, index, () => questionOf(own)),
  }));
  // What is a secret of one call is one in what is said of the others, too.
  const secrets = secretsOfCalls(
    settings,
    named.map(({ question }) => question.call),
  );
  return named.map(({ name, question }) => ({ name, question: { ...question, secrets } }));
}

/**
 * Completes settings to a question.
 *
 * @param all Those of the file with those of the command line laid over them.
 * @throws InputError when something needed is missing or two settings contradict each other.
 */
export function routeQuestion(all: Settings): RouteQuestion {
  return questionOf(all.calls === undefined ? all : onlyCall(all));
}

function questionOf(settings: Settings): RouteQuestion {
  const source = expectationSource(settings);
  if (source.kind === 'weights') {
    throw new InputError('weights need no explanation: give the manifests with --manifest', {
      path: '--weights',
    });
  }
  const connection = settings.target === undefined ? null : parseConnectionTarget(settings.target);
  const { target, ...url } =
    connection !== null
      ? {
          target: connection,
          path: settings.call === undefined ? '/' : null,
          isWebSocket: false,
        }
      : settings.target === undefined
        ? NO_TARGET
        : parseTargetUrl(settings.target);
  const call = callOf(settings, url);
  return {
    manifests: source,
    service: expectedService(settings),
    programmed: programmedSource(settings),
    namespace: settings.namespace ?? DEFAULT_NAMESPACE,
    call,
    target,
    serverName: settings.servername ?? null,
    deadlineMs: settings.timeout === undefined ? null : (parseDurationMs(settings.timeout) ?? null),
    connectionAlone: connection !== null && settings.call === undefined,
    secrets: secretsOfCalls(settings, [call]),
    scheme:
      settings.plaintext === true || target?.kind === 'xds'
        ? 'http'
        : target?.kind === 'tcp'
          ? target.scheme
          : null,
  };
}

function secretsOfCalls({ mask = [] }: Settings, calls: readonly Call[]): Secrets {
  return secretsOf(
    mask,
    calls.flatMap(({ metadata }) => metadata),
    calls.flatMap((call) => ('path' in call ? [call.path] : [])),
  );
}

const NO_TARGET = { target: null, path: null, isWebSocket: false };
