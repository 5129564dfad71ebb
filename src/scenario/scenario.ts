import { InputError } from '../input-error.js';
import { type CallOfSettings, callList, inCall } from './call-list.js';
import { parseDurationMs } from './duration.js';
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

/** What is called. */
export interface CallSettings {
  /** As the user wrote it: `pkg.Service/Method`. */
  method: string;
  /** The request in protobuf's JSON form. */
  data: unknown;
  protoFiles: string[];
  importPaths: string[];
  protosets: string[];
  /** Request metadata by lower-case name. */
  metadata: [string, string][];
  /** The `:authority` to send; undefined: the target. */
  authority: string | undefined;
  /** How a response says which pod answered; undefined: by the method called. */
  identity: string | undefined;
}

/** One call of a load test: what is sent, and how its answers are judged. */
export interface BenchCall {
  call: CallSettings;
  /** null: nothing is expected, and the pods that answer are shown. */
  expectation: ExpectationSource | null;
  /** Weights before the last change, or the path of a run record; undefined when not known. */
  previous: string | undefined;
  rule: {
    /** As the user wrote it. */
    tolerance: string;
    maxErrorRate: number;
  };
}

/** One call of a verification. */
export interface VerifiedCall extends BenchCall {
  expectation: ExpectationSource;
}

/** How connections are secured. Files are not read yet. */
export type Security =
  | { kind: 'plaintext' }
  | {
      kind: 'tls';
      caFile: string | undefined;
      client: { certFile: string; keyFile: string } | undefined;
      serverName: string | undefined;
      skipVerify: boolean;
    };

/** Everything a load test does, complete and consistent. */
export interface BenchScenario {
  name: string | null;
  target: Target;
  namespace: string;
  /** At least one. */
  calls: readonly BenchCall[];
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
    /** The arrival rate of an open loop; null for a closed one. */
    requestsPerSecond: number | null;
    /** Threads that send. */
    workers: number;
    timeoutMs: number;
    warmup: { requests: number | null; durationMs: number | null } | null;
    engine: 'h2' | 'grpc-js';
  };
  rule: {
    alpha: number;
    power: number;
    inconclusive: 'fail' | 'pass' | 'report';
    seed: number;
    /** As the user wrote them: `p99<50ms`. */
    thresholds: string[];
  };
}

/** Everything a verification does, complete and consistent. */
export interface Scenario extends BenchScenario {
  calls: readonly VerifiedCall[];
}

const DEFAULTS = {
  connectTimeoutMs: 10_000,
  concurrency: 64,
  connections: 32,
  timeoutMs: 10_000,
  workers: 1,
  benchDurationMs: 10_000,
  engine: 'h2',
  alpha: 0.001,
  power: 0.99,
  tolerance: '5pp',
  maxErrorRate: 0.01,
  seed: 1,
} as const;

/**
 * Completes settings to the scenario of a verification.
 *
 * @param settings Those of the file with those of the command line laid over them.
 * @throws InputError when something needed is missing or two settings contradict each other.
 */
export function scenarioOf(settings: Settings): Scenario {
  const calls = callList(settings).map((own, index, all) =>
    inCall(all, index, () => ({ ...benchCall(own), expectation: expectationSource(own) })),
  );
  return { ...commonScenario(settings), calls };
}

/**
 * Completes settings to the scenario of a load test, which needs no expectation, and ends after
 * 10 seconds unless told otherwise.
 *
 * @throws InputError as {@link scenarioOf}.
 */
export function benchScenarioOf(settings: Settings): BenchScenario {
  const { load, ...scenario } = commonScenario(settings);
  const isEndless = load.requests === null && load.durationMs === null;
  return {
    ...scenario,
    calls: callList(settings).map((own, index, all) => inCall(all, index, () => benchCall(own))),
    load: isEndless ? { ...load, durationMs: DEFAULTS.benchDurationMs } : load,
  };
}

function commonScenario(settings: Settings): Omit<Scenario, 'calls'> {
  if (settings.target === undefined) {
    throw new InputError('say where the load goes, e.g. localhost:8080', { path: 'TARGET' });
  }
  const target = parseTarget(settings.target);
  const requests = settings.requests ?? null;
  const connections = settings.connections ?? DEFAULTS.connections;
  return {
    name: settings.name ?? null,
    target,
    namespace: settings.namespace ?? DEFAULT_NAMESPACE,
    programmed: programmedSource(settings),
    security: securityOf(settings, target),
    connectTimeoutMs: durationMs(settings['connect-timeout']) ?? DEFAULTS.connectTimeoutMs,
    rolloutWaitMs: durationMs(settings['wait-for-rollout']),
    load: {
      requests,
      durationMs: durationMs(settings.duration),
      concurrency: settings.concurrency ?? DEFAULTS.concurrency,
      connections: requests === null ? connections : Math.min(connections, requests),
      requestsPerSecond: settings.rps ?? null,
      workers: settings.workers ?? DEFAULTS.workers,
      timeoutMs: durationMs(settings.timeout) ?? DEFAULTS.timeoutMs,
      warmup: warmupOf(settings.warmup),
      engine: settings.engine ?? DEFAULTS.engine,
    },
    rule: {
      ...levelsOf(settings),
      inconclusive: settings.inconclusive ?? 'report',
      seed: settings.seed ?? DEFAULTS.seed,
      thresholds: settings.threshold ?? [],
    },
  };
}

/** What a verdict's errors may be, and what is tolerated. */
export function ruleOf(settings: Settings): Levels & BenchCall['rule'] {
  return { ...levelsOf(settings), ...callRule(settings) };
}

type Levels = Pick<Scenario['rule'], 'alpha' | 'power'>;

function levelsOf(settings: Settings): Levels {
  return {
    alpha: settings.alpha ?? DEFAULTS.alpha,
    power: settings.power ?? DEFAULTS.power,
  };
}

function callRule(settings: Settings): BenchCall['rule'] {
  return {
    tolerance: settings.tolerance ?? DEFAULTS.tolerance,
    maxErrorRate: settings['max-error-rate'] ?? DEFAULTS.maxErrorRate,
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

function benchCall(settings: CallOfSettings): BenchCall {
  const expectsNothing = settings.weights === undefined && settings.manifest === undefined;
  return {
    call: callSettings(settings),
    expectation: expectsNothing ? null : expectationSource(settings),
    previous: settings.previous,
    rule: callRule(settings),
  };
}

function callSettings(settings: CallOfSettings): CallSettings {
  return {
    method: settings.call,
    data: settings.data ?? {},
    protoFiles: settings.proto ?? [],
    importPaths: settings['import-path'] ?? [],
    protosets: settings.protoset ?? [],
    metadata: parseHeaders(settings.metadata ?? {}, settings.header ?? []),
    authority: settings.authority,
    identity: settings.identity,
  };
}

function securityOf(settings: Settings, target: Target): Security {
  const scheme = target.kind === 'tcp' ? target.scheme : null;
  if (settings.plaintext === true && scheme === 'https') {
    throw new InputError('an https:// target cannot be spoken to in plaintext: drop one', {
      path: '--plaintext',
    });
  }
  const tlsSetting = (['cacert', 'cert', 'key', 'servername', 'skip-verify'] as const).find(
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
  return {
    kind: 'tls',
    caFile: settings.cacert,
    client: cert === undefined || key === undefined ? undefined : { certFile: cert, keyFile: key },
    serverName: settings.servername,
    skipVerify: settings['skip-verify'] === true,
  };
}
