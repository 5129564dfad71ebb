import { InputError } from '../input-error.js';
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
  /** null: nothing is expected, and the pods that answer are shown. */
  expectation: ExpectationSource | null;
  /** Weights before the last change, or the path of a run record; undefined when not known. */
  previous: string | undefined;
  /** What the proxy was programmed with; null: not asked. */
  programmed: ProgrammedSource | null;
  /** How a response says which pod answered; undefined: by the method called. */
  identity: string | undefined;
  call: CallSettings;
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
    tolerance: string;
    maxErrorRate: number;
    inconclusive: 'fail' | 'pass' | 'report';
    seed: number;
    /** As the user wrote them: `p99<50ms`. */
    thresholds: string[];
  };
}

/** Everything a verification does, complete and consistent. */
export interface Scenario extends BenchScenario {
  expectation: ExpectationSource;
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
  return { ...commonScenario(settings), expectation: expectationSource(settings) };
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
  const expectsNothing = settings.weights === undefined && settings.manifest === undefined;
  return {
    ...scenario,
    expectation: expectsNothing ? null : expectationSource(settings),
    load: isEndless ? { ...load, durationMs: DEFAULTS.benchDurationMs } : load,
  };
}

function commonScenario(settings: Settings): Omit<Scenario, 'expectation'> {
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
    previous: settings.previous,
    programmed: programmedSource(settings),
    identity: settings.identity,
    call: callSettings(settings),
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
    rule: ruleOf(settings),
  };
}

/** How a verdict is to be made. */
export function ruleOf(settings: Settings): Scenario['rule'] {
  return {
    alpha: settings.alpha ?? DEFAULTS.alpha,
    power: settings.power ?? DEFAULTS.power,
    tolerance: settings.tolerance ?? DEFAULTS.tolerance,
    maxErrorRate: settings['max-error-rate'] ?? DEFAULTS.maxErrorRate,
    inconclusive: settings.inconclusive ?? 'report',
    seed: settings.seed ?? DEFAULTS.seed,
    thresholds: settings.threshold ?? [],
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

function callSettings(settings: Settings): CallSettings {
  if (settings.call === undefined) {
    throw new InputError('say what to call, e.g. helloworld.Greeter/SayHello', { path: '--call' });
  }
  return {
    method: settings.call,
    data: settings.data ?? {},
    protoFiles: settings.proto ?? [],
    importPaths: settings['import-path'] ?? [],
    protosets: settings.protoset ?? [],
    metadata: parseHeaders(settings.metadata ?? {}, settings.header ?? []),
    authority: settings.authority,
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
