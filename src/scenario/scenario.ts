import { acrossChangeMs, paceAcrossChange } from './across-change.js';
import { InputError } from '../input-error.js';
import { type Secrets, secretsOf } from '../secrets.js';
import { hostOfAuthority } from './authority-host.js';
import { type Call, callOf } from './call.js';
import { DEFAULTS } from './defaults.js';
import { dialledTarget } from './dialled.js';
import { type EachReplica, eachReplica } from './each-replica.js';
import { type OkStatuses, parseOkStatuses } from './ok-status.js';
import { parseErrorLimits, parseErrorRateShown } from './error-limits.js';
import { type CallOfSettings, callList, inCall } from './call-list.js';
import { clusterSource } from './cluster-source.js';
import { type ComparedDestinations, parseComparedDestinations } from './compared-destinations.js';
import { parseDurationMs } from './duration.js';
import { type ExpectedService, expectedService } from './expected-service.js';
import {
  DEFAULT_NAMESPACE,
  type ExpectationSource,
  expectationSource,
  type ProgrammedSource,
  programmedSource,
} from './expectation-source.js';
import { type Pace, paceOf } from './pace.js';
import { type PassiveSettings, passiveSettings, passiveTarget } from './passive-settings.js';
import { NO_LIMITS, type RunLimits } from './run-limits.js';
import type { Settings } from './schema.js';
import { parseTargetUrl, type Target, type TargetUrl } from './target.js';
import { TLS_SETTINGS } from './tls-settings.js';
import type { GivenWeights } from './weights.js';
import { type XdsSettings, xdsSettings } from './xds-settings.js';

/** What is expected of the answers to a call. */
export type Expect = ExpectedSplitSettings | ExpectedChangeSettings;

/** Destinations that answer in proportion to their weights. */
export interface ExpectedSplitSettings {
  kind: 'split';
  /** As the user wrote it. */
  tolerance: string;
  /** Error rate that a pass excludes for each destination, 0 to 1; null: none. */
  errorRateShown: number | null;
  /** `sequential`: the load ends as soon as the evidence is enough. */
  design: 'fixed' | 'sequential';
}

/** Destinations that answer by the previous weights, and from some moment on by the new ones. */
export interface ExpectedChangeSettings extends Omit<ExpectedSplitSettings, 'kind' | 'design'> {
  kind: 'change';
  design: 'fixed';
}

/** One call of a scenario: what is sent, and how the answers are judged. */
export interface ScenarioCall {
  call: Call;
  /** What the user calls it; null for nothing. */
  name: string | null;
  labels: Record<string, string>;
  /** Who may answer, and how often; null: that is not known, and the pods that answer are shown. */
  source: ExpectationSource | null;
  /** The service whose split is expected; null: the one that is called. */
  service: ExpectedService | null;
  /** Weights before the last change, or the path of a run record (`….json`); null when not known. */
  previous: GivenWeights | null;
  /** null: nothing besides answers. */
  expect: Expect | null;
  /** Statuses that are OK; null: those of its protocol. */
  okStatuses: OkStatuses | null;
  /** Share of its requests that may fail. */
  maxErrorRate: number;
  /** The same of single destinations, by name. */
  errorLimits: Record<string, number>;
}

/** How connections are secured. Files are not read yet. */
export type Security = { kind: 'plaintext' } | TlsSecurity;

/** The files that TLS goes by, and what it checks. */
export interface TlsSecurity {
  kind: 'tls';
  caFile: string | undefined;
  client: { certFile: string; keyFile: string } | undefined;
  /** To be asked for in place of the target's own name. */
  serverName: string | undefined;
  skipVerify: boolean;
  minVersion: TlsVersion | undefined;
  maxVersion: TlsVersion | undefined;
}

/** A version of TLS. */
export type TlsVersion = '1.2' | '1.3';

/** What is done with a scenario: a split is verified, or a target is loaded. */
export type LoadingCommand = 'verify' | 'bench';

/** Everything that a run does, complete and consistent. */
export interface Scenario {
  command: LoadingCommand;
  name: string | null;
  labels: Record<string, string>;
  /** How requests of others are judged; null: requests are sent. */
  passive: PassiveSettings | null;
  target: Target;
  /** Where connections go, with the target's name. */
  dialled: Target;
  /** The pods of the gateway that connections go to; null: to the addresses of the target. */
  eachReplica: EachReplica | null;
  /** The client that a control plane configures; null: the target is none of `xds:///`. */
  xds: XdsSettings | null;
  namespace: string;
  /** At least one. Those of a verification all expect something. */
  calls: readonly ScenarioCall[];
  /** What the proxy was programmed with; null: not asked. */
  programmed: ProgrammedSource | null;
  security: Security;
  connectTimeoutMs: number;
  /** How long to wait for a roll-out before the sample, in ms; null: not at all. */
  rolloutWaitMs: number | null;
  load: {
    /** null: planned from the weights. */
    requests: number | null;
    durationMs: number | null;
    concurrency: number;
    connections: number;
    /** Connections where each carries one request at a time: as many as there are in flight. */
    exclusiveConnections: number;
    /** The arrival rate of an open loop; null for a closed one. */
    requestsPerSecond: number | null;
    /** How fast a closed loop may send. */
    pace: Pace;
    /** Threads that send. */
    workers: number;
    timeoutMs: number;
    /** The same where a call streams: unless it is given, a stream may last as long as the run. */
    streamTimeoutMs: number;
    warmup: { requests: number | null; durationMs: number | null } | null;
    engine: 'h2' | 'grpc-js';
    /** What plain HTTP requests, gRPC-Web and Connect are sent with; `negotiated`: what the target chooses by ALPN. */
    httpVersion: '1.1' | '2' | 'negotiated';
  };
  rule: {
    alpha: number;
    power: number;
    inconclusive: 'fail' | 'pass' | 'report';
    seed: number;
    /** As the user wrote them: `p99<50ms`. */
    thresholds: string[];
    /** Destinations that are held against each other; null: none are. */
    compared: ComparedDestinations | null;
  };
  /** What the run is called; null: it gets a name of its own. */
  runId: string | null;
  /** What the user agent says besides the tool and the run; null for nothing. */
  userAgent: string | null;
  /** How lines of the gateway's access log are written; null: in one of the usual formats. */
  accessLogFormat: string | null;
  /** What no output may show. */
  secrets: Secrets;
  /** Whether the target may be loaded heavily although it is not on loopback. */
  isHeavyLoadAgreed: boolean;
  /** What it may do at most, whatever else it says. */
  limits: RunLimits;
}

/**
 * Completes settings to a scenario. A verification needs something to be expected of every call. A
 * load test can do without, and ends after 10 seconds unless told otherwise.
 *
 * @param given Settings of the file with those of the command line laid over them.
 * @param limits What those allow who may be asked for more.
 * @throws InputError when something needed is missing or two settings contradict each other.
 */
export function scenarioOf(
  given: Settings,
  command: LoadingCommand,
  limits: RunLimits = NO_LIMITS,
): Scenario {
  const passive = passiveSettings(given, command);
  const settings = passive === null ? given : { ...given, target: passiveTarget(given) };
  if (settings.target === undefined) {
    throw new InputError('say where the load goes, e.g. localhost:8080', { path: 'TARGET' });
  }
  const url = parseTargetUrl(settings.target);
  const { target } = url;
  const list = callList(settings);
  const calls = list.map((own, index, all) =>
    inCall(all, index, () => scenarioCall(own, url, command)),
  );
  const xds = xdsSettings(settings, target);
  const security: Security =
    xds === null ? securityOf(settings, target, nameOfAuthority(calls)) : { kind: 'plaintext' };
  const { resolve, 'connect-to': connectTo } = settings;
  return {
    command,
    name: settings.name ?? null,
    labels: settings.labels ?? {},
    passive,
    target,
    dialled: dialledTarget(target, { resolve, connectTo }),
    eachReplica: replicasAsked(settings, list, command),
    xds,
    namespace: settings.namespace ?? DEFAULT_NAMESPACE,
    calls,
    programmed: programmedSource(settings),
    security,
    connectTimeoutMs: durationMs(settings['connect-timeout']) ?? DEFAULTS.connectTimeoutMs,
    rolloutWaitMs: durationMs(settings['wait-for-rollout']),
    load: {
      ...loadOf(xds === null ? settings : ofXdsClient(settings), command, calls),
      httpVersion: httpVersionOf(settings, calls, security, target),
    },
    rule: {
      ...levelsOf(settings),
      inconclusive: settings.inconclusive ?? DEFAULTS.inconclusive,
      seed: settings.seed ?? DEFAULTS.seed,
      thresholds: settings.threshold ?? [],
      compared: parseComparedDestinations(settings['compare-destinations'] ?? ''),
    },
    runId: settings['run-id'] ?? null,
    userAgent: settings['user-agent'] ?? null,
    accessLogFormat: settings['access-log-format'] ?? null,
    secrets: secretsOf(
      settings.mask ?? [],
      calls.flatMap(({ call }) => [
        ...call.metadata,
        ...('reflectionMetadata' in call ? (call.reflectionMetadata ?? []) : []),
        ...forwardedParts(call).headers,
      ]),
      calls.flatMap(({ call }) => [
        ...('path' in call ? [call.path] : []),
        ...forwardedParts(call).paths,
      ]),
    ),
    isHeavyLoadAgreed: settings.yes === true,
    limits,
  };
}

/** @throws InputError in a load test: it is judged as a whole. */
function replicasAsked(
  settings: Settings,
  calls: readonly Settings[],
  command: LoadingCommand,
): EachReplica | null {
  const asked = eachReplica(settings, calls);
  if (asked === null || command === 'verify') return asked;
  throw new InputError('a load test has no verdict on each replica: drop it, or use verify', {
    path: '--each-replica',
  });
}

/** What may be secret of the requests that an application is asked to make. */
function forwardedParts(call: Call): { headers: [string, string][]; paths: string[] } {
  const { forwarding } = 'forwarding' in call ? call : {};
  if (forwarding === undefined) return { headers: [], paths: [] };
  return { headers: forwarding.headers, paths: [forwarding.path] };
}

/**
 * The version of HTTP that plain requests, gRPC-Web and Connect are sent with. Next to gRPC it is gRPC's own, unless something
 * else is said: then connections carry both.
 */
function httpVersionOf(
  settings: Settings,
  calls: readonly ScenarioCall[],
  security: Security,
  target: Target,
): Scenario['load']['httpVersion'] {
  const kinds = new Set(calls.map(({ call }) => call.kind));
  const { 'http-version': version } = settings;
  if (target.kind === 'xds' && (kinds.size > 1 || !kinds.has('grpc'))) {
    throw new InputError('gRPC alone is called through xds:///: name a method', { path: 'TARGET' });
  }
  if (kinds.size === 1 && kinds.has('grpc')) {
    if (version === undefined || version === '2') return '2';
    throw new InputError('gRPC is spoken over HTTP/2: drop it', { path: '--http-version' });
  }
  if (settings.engine === 'grpc-js') {
    throw new InputError(
      'it makes calls of gRPC only: drop it for plain HTTP, gRPC-Web and Connect',
      {
        path: '--engine',
      },
    );
  }
  if (kinds.has('websocket')) {
    if (version !== '2') return '1.1';
    throw new InputError('WebSockets are opened by HTTP/1.1: drop it', { path: '--http-version' });
  }
  if (version !== undefined) return version;
  if (kinds.has('grpc')) return '2';
  return security.kind === 'tls' ? 'negotiated' : '1.1';
}

/** The host of the authority, where the calls agree: a certificate is asked for by that name. */
function nameOfAuthority(calls: readonly ScenarioCall[]): string | undefined {
  const [authority = null, ...others] = new Set(calls.map(({ call }) => call.authority));
  return authority === null || others.length > 0 ? undefined : hostOfAuthority(authority);
}

function loadOf(
  settings: Settings,
  command: LoadingCommand,
  calls: readonly ScenarioCall[],
): Omit<Scenario['load'], 'httpVersion'> {
  const requests = settings.requests ?? null;
  const connections = settings.connections ?? DEFAULTS.connections;
  const changeMs = command === 'verify' ? acrossChangeMs(settings) : null;
  const askedMs = changeMs ?? durationMs(settings.duration);
  const pace: Pace = command === 'verify' ? paceOf(settings) : { kind: 'unlimited' };
  const isForwarding = calls.some(({ call }) => 'forwarding' in call);
  const concurrency =
    settings.concurrency ?? DEFAULTS[isForwarding ? 'forwardingConcurrency' : 'concurrency'];
  const isEndless = command === 'bench' && requests === null && askedMs === null;
  return {
    requests,
    durationMs: isEndless ? DEFAULTS.benchDurationMs : askedMs,
    concurrency,
    connections: requests === null ? connections : Math.min(connections, requests),
    exclusiveConnections: Math.min(settings.connections ?? concurrency, requests ?? Infinity),
    requestsPerSecond: settings.rps ?? null,
    pace: changeMs === null ? pace : paceAcrossChange(pace),
    workers: settings.workers ?? DEFAULTS.workers,
    timeoutMs: durationMs(settings.timeout) ?? DEFAULTS.timeoutMs,
    streamTimeoutMs:
      durationMs(settings.timeout) ??
      (isEndless ? DEFAULTS.benchDurationMs : (askedMs ?? 0)) + DEFAULTS.timeoutMs,
    warmup: warmupOf(settings.warmup),
    engine: settings.engine ?? DEFAULTS.engine,
  };
}

/** A client has a connection to each pod anyway; more load takes more threads, each with a client of its own. */
function ofXdsClient(settings: Settings): Settings {
  const { workers = DEFAULTS.workers, connections = workers } = settings;
  return { ...settings, engine: 'grpc-js', connections };
}

/** What a verdict's errors may be, and what is tolerated. */
export function ruleOf(settings: Settings): Levels & CallLevels {
  return { ...levelsOf(settings), ...callLevels(settings) };
}

type Levels = Pick<Scenario['rule'], 'alpha' | 'power'>;

function levelsOf(settings: Settings): Levels {
  return {
    alpha: settings.alpha ?? DEFAULTS.alpha,
    power: settings.power ?? DEFAULTS.power,
  };
}

interface CallLevels {
  /** As the user wrote it. */
  tolerance: string;
  maxErrorRate: number;
  errorLimits: Record<string, number>;
  /** null: none is to be excluded. */
  errorRateShown: number | null;
}

function callLevels(settings: Settings): CallLevels {
  const { 'max-error-rate': limits, 'error-rate-shown': shown } = settings;
  const usual = DEFAULTS.maxErrorRate;
  const { maxErrorRate, byDestination } =
    limits === undefined
      ? { maxErrorRate: usual, byDestination: {} }
      : parseErrorLimits(limits, usual);
  return {
    tolerance: settings.tolerance ?? DEFAULTS.tolerance,
    maxErrorRate,
    errorLimits: byDestination,
    errorRateShown: shown === undefined ? null : parseErrorRateShown(shown),
  };
}

function durationMs(text: string | undefined): number | null {
  return text === undefined ? null : (parseDurationMs(text) ?? null);
}

function warmupOf(warmup: Settings['warmup']): Scenario['load']['warmup'] {
  if (warmup === undefined) return null;
  return typeof warmup === 'number'
    ? { requests: warmup, durationMs: null }
    : { requests: null, durationMs: durationMs(warmup) };
}

function scenarioCall(
  settings: CallOfSettings,
  url: TargetUrl,
  command: LoadingCommand,
): ScenarioCall {
  const { tolerance, maxErrorRate, errorLimits, errorRateShown } = callLevels(settings);
  const design = settings.sequential === true ? 'sequential' : 'fixed';
  const levels = { tolerance, errorRateShown };
  const isAcrossChange = settings['across-change'] !== undefined;
  const expect: Expect = isAcrossChange
    ? { kind: 'change', ...levels, design: 'fixed' }
    : { kind: 'split', ...levels, design };
  const isVerified = command === 'verify';
  const call = callOf(settings, url);
  const hasSource =
    settings.weights !== undefined ||
    settings.manifest !== undefined ||
    clusterSource(settings) !== null;
  const service = expectedService(settings);
  if (service !== null && !isVerified && !hasSource) throw serviceUnknown();
  return {
    call,
    name: settings.callName ?? null,
    labels: settings.callLabels ?? {},
    okStatuses: okStatusesOf(settings, call),
    source: isVerified || hasSource ? expectationSource(settings) : null,
    service,
    previous: settings.previous ?? null,
    expect: isVerified ? expect : null,
    maxErrorRate,
    errorLimits,
  };
}

function serviceUnknown(): InputError {
  return new InputError(
    'which pods are those of the service? give its manifests with -f, or its weights, or drop this',
    { path: '--expect-service' },
  );
}

function okStatusesOf(settings: CallOfSettings, { kind }: Call): OkStatuses | null {
  const { 'ok-status': text } = settings;
  if (text === undefined) return null;
  if (kind === 'http') return parseOkStatuses(text);
  throw new InputError('statuses of gRPC are OK or not by the protocol: drop it', {
    path: '--ok-status',
  });
}

function securityOf(
  settings: Settings,
  target: Target,
  authorityName: string | undefined,
): Security {
  const scheme = target.kind === 'tcp' ? target.scheme : null;
  if (settings.plaintext === true && scheme === 'https') {
    throw new InputError('an https:// target cannot be spoken to in plaintext: drop one', {
      path: '--plaintext',
    });
  }
  const tlsSetting = TLS_SETTINGS.find(
    (key) => settings[key] !== undefined && settings[key] !== false,
  );
  if (settings.plaintext === true || scheme === 'http') {
    if (tlsSetting === undefined) return { kind: 'plaintext' };
    throw new InputError('this is a setting of TLS, and the target is spoken to in plaintext', {
      path: `--${tlsSetting}`,
    });
  }
  const { cert, key } = settings;
  if ((cert === undefined) !== (key === undefined)) {
    throw new InputError('a client certificate and its key go together: give --cert and --key', {
      path: cert === undefined ? '--key' : '--cert',
    });
  }
  const { 'tls-min': minVersion, 'tls-max': maxVersion } = settings;
  if (minVersion === '1.3' && maxVersion === '1.2') {
    throw new InputError('it is above --tls-max: no version is left to offer', {
      path: '--tls-min',
    });
  }
  return {
    kind: 'tls',
    caFile: settings.cacert,
    client: cert === undefined || key === undefined ? undefined : { certFile: cert, keyFile: key },
    serverName: settings.servername ?? authorityName,
    skipVerify: settings['skip-verify'] === true,
    minVersion,
    maxVersion,
  };
}
