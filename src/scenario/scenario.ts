import { InputError } from '../input-error.js';
import { parseDurationMs } from './duration.js';
import { parseHeaders } from './headers.js';
import type { Settings } from './schema.js';
import { parseTarget, type Target } from './target.js';
import { parseVia, type Via } from './via.js';

/** Where the expected split comes from. */
export type ExpectationSource =
  | {
      kind: 'manifests';
      /** Files and folders; `-` is standard input. */
      sources: string[];
      via: Via | undefined;
      virtualService: { namespace: string; name: string } | undefined;
      gatewayPort: number | undefined;
    }
  | { kind: 'weights'; weights: { name: string; weight: number }[] };

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

/** Everything one run does, complete and consistent. */
export interface Scenario {
  name: string | null;
  target: Target;
  namespace: string;
  expectation: ExpectationSource;
  /** Weights before the last change, or the path of a run record; undefined when not known. */
  previous: string | undefined;
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
  };
}

const DEFAULTS = {
  namespace: 'default',
  connectTimeoutMs: 10_000,
  concurrency: 64,
  connections: 32,
  timeoutMs: 10_000,
  engine: 'h2',
  alpha: 0.001,
  power: 0.99,
  tolerance: '5pp',
  maxErrorRate: 0.01,
  seed: 1,
} as const;

/**
 * Completes settings to a scenario.
 *
 * @param settings Those of the file with those of the command line laid over them.
 * @throws InputError when something needed is missing or two settings contradict each other.
 */
export function scenarioOf(settings: Settings): Scenario {
  if (settings.target === undefined) {
    throw new InputError('say where the load goes, e.g. localhost:8080', { path: 'TARGET' });
  }
  const target = parseTarget(settings.target);
  const requests = settings.requests ?? null;
  const connections = settings.connections ?? DEFAULTS.connections;
  return {
    name: settings.name ?? null,
    target,
    namespace: settings.namespace ?? DEFAULTS.namespace,
    expectation: expectationSource(settings),
    previous: settings.previous,
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
      timeoutMs: durationMs(settings.timeout) ?? DEFAULTS.timeoutMs,
      warmup: warmupOf(settings.warmup),
      engine: settings.engine ?? DEFAULTS.engine,
    },
    rule: {
      alpha: settings.alpha ?? DEFAULTS.alpha,
      power: settings.power ?? DEFAULTS.power,
      tolerance: settings.tolerance ?? DEFAULTS.tolerance,
      maxErrorRate: settings['max-error-rate'] ?? DEFAULTS.maxErrorRate,
      inconclusive: settings.inconclusive ?? 'report',
      seed: settings.seed ?? DEFAULTS.seed,
    },
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

function expectationSource(settings: Settings): ExpectationSource {
  if (settings.weights !== undefined) {
    if (settings.manifest !== undefined) {
      throw new InputError('the weights stand in the manifests: give --weights or --manifest', {
        path: '--weights',
      });
    }
    return { kind: 'weights', weights: parseWeights(settings.weights) };
  }
  if (settings.manifest === undefined || settings.manifest.length === 0) {
    throw new InputError(
      'what split is expected? give the manifests that were applied, or weights such as v1=60,v2=40',
      { path: '--manifest' },
    );
  }
  return {
    kind: 'manifests',
    sources: settings.manifest,
    via: settings.via === undefined ? undefined : parseVia(settings.via),
    virtualService: namespacedName(settings['virtual-service'], settings.namespace),
    gatewayPort: settings['gateway-port'],
  };
}

function namespacedName(
  text: string | undefined,
  namespace: string | undefined,
): { namespace: string; name: string } | undefined {
  if (text === undefined) return undefined;
  const match = /^(?:([^/\s]+)\/)?([^/\s]+)$/.exec(text);
  if (match === null) {
    throw new InputError(`"${text}" is not NAMESPACE/NAME`, { path: '--virtual-service' });
  }
  return { namespace: match[1] ?? namespace ?? DEFAULTS.namespace, name: match[2] ?? '' };
}

/**
 * Reads `v1=60,v2=40`.
 *
 * @param flag The option it stands in, for the message.
 * @throws InputError unless every weight is a number that is not negative and one is positive.
 */
export function parseWeights(text: string, flag = '--weights'): { name: string; weight: number }[] {
  const weights = text.split(',').map((part) => {
    const match = /^\s*([^=\s]+)\s*=\s*(\d+(?:\.\d+)?)\s*$/.exec(part);
    if (match === null) {
      throw new InputError(
        `"${part}" is not NAME=WEIGHT with a weight of 0 or more, such as v1=60`,
        { path: flag },
      );
    }
    return { name: match[1] ?? '', weight: Number(match[2]) };
  });
  const names = new Set(weights.map(({ name }) => name));
  if (names.size < weights.length) {
    throw new InputError(`"${text}" names a destination twice`, { path: flag });
  }
  if (weights.every(({ weight }) => weight === 0)) {
    throw new InputError(`"${text}" has no weight above zero`, { path: flag });
  }
  return weights;
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
