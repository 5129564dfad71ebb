import { connectionCounts } from '../../src/count/call-counter.js';
import type { Counted } from '../../src/count/counted.js';
import { nothingCounted } from '../../src/count/nothing-counted.js';
import type { LoadPlan } from '../../src/load/plan.js';
import type { PreparedRun } from '../../src/run/ask.js';
import type { ReachedTarget } from '../../src/run/target.js';
import { seededRandom } from '../../src/stats/random.js';
import { askedCall, askedRun, START_MS } from '../record/shards.js';
import { countedCall, countingBy } from '../record/simulated-call.js';

/** The load of a sample, as far as its other parts are made of it. */
export const PLAN: LoadPlan = {
  connections: 32,
  concurrency: 64,
  requests: 3089,
  durationMs: null,
  requestsPerSecond: null,
  atMostPerSecond: null,
  stopsOnHarm: false,
  warmup: null,
  timeoutMs: 1000,
  workers: 1,
  callParts: [1],
  seed: 1,
};

/** A run whose calls are split as given. @param planned By call. */
export function preparedRun(
  weights: readonly Readonly<Record<string, number>>[],
  planned: readonly number[],
): PreparedRun {
  const calls = weights.map((own, index) => {
    const [asked] = askedCall({
      destinations: Object.entries(own).map(([name, weight]) => {
        return { name, weight, replicas: null, previousWeight: null };
      }),
    }).calls;
    return {
      asked: asked!,
      loaded: {
        request: {
          kind: 'grpc' as const,
          path: '/helloworld.Greeter/SayHello',
          authority: 'localhost',
          scheme: 'http' as const,
          metadata: [],
          message: new Uint8Array(0),
          timeoutMs: 1000,
        },
        counting: countingBy(Object.keys(own)),
      },
      places: [],
      planned: planned[index] ?? null,
    };
  });
  const asked = askedRun('run', { calls: calls.map((call) => call.asked) });
  return {
    ...{ asked, calls, places: [], requests: null, isSequential: false, parts: planned },
    isAcrossChange: false,
    replicas: null,
    contractMissing: null,
    images: null,
    namespace: 'default',
  };
}

/** What a load counts in which each destination answered so often, in a random order unless one is given; the rest failed. */
export function countedBatch(
  calls: readonly {
    names: readonly string[];
    requests: number;
    counts: readonly number[];
    order?: readonly number[];
  }[],
  connections = 32,
): Counted {
  const random = seededRandom(5);
  const results = calls.map(({ names, requests, counts, order: given }) => {
    const answers = counts.flatMap((count, index) => new Array<number>(count).fill(index));
    const order = Array.from({ length: requests }, (_, at) => {
      return { to: answers[at] ?? -1, at: random() };
    });
    return countedCall({
      names,
      order: given ?? order.sort((one, other) => one.at - other.at).map(({ to }) => to),
      connections,
      startMs: START_MS,
      connectionOf: (sequence) => sequence % connections,
    });
  });
  const own = Array.from({ length: connections }, (_, number) => {
    return { number, remote: '127.0.0.1:8080' };
  });
  return {
    ...nothingCounted(results.map(({ call }) => call)),
    connections: connectionCounts(own, results),
  };
}

/** A target that is there, and that is loaded by a function. */
export function targetLoadedBy(load: ReachedTarget['load']): ReachedTarget {
  return {
    isThere: true,
    isLoopback: true,
    addresses: 1,
    httpVersion: '2',
    found: nothingCounted(),
    sendInTurn: () => Promise.resolve([]),
    load,
  };
}
