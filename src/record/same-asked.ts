import { InputError } from '../input-error.js';
import { type AskedCluster, joinedClusters } from './cluster.js';
import type { Asked, AskedCall, ProgrammedRecord } from './asked.js';

/** A run that is to be joined with others, and where it came from. */
export interface NamedAsked {
  file: string;
  asked: Asked;
}

/**
 * Makes one question of those of several runs, where they are parts of one experiment. Labels, run
 * ids, seeds, times and how much load each was may differ; what was asked and how it is judged may not.
 *
 * @throws InputError that names the first difference, or a run that is there twice.
 */
export function sameAsked(runs: readonly NamedAsked[]): Asked {
  const [first, ...others] = runs;
  if (first === undefined) throw new InputError('give the records to join', { path: 'RUN.json' });
  refuseTwins(runs);
  const wanted = identityOf(first.asked);
  for (const { file, asked } of others) {
    identityOf(asked).forEach(([what, value], index) => {
      const expected = wanted[index]?.[1];
      if (value === expected) return;
      throw new InputError(
        `another ${what} than in ${first.file}: ${value} instead of ${expected ?? 'none'}; only parts of one experiment can be joined`,
        { file },
      );
    });
  }
  return joined(runs.map(({ asked }) => asked));
}

/** What must be the same for counts to add up: by its name, as text. */
function identityOf(asked: Asked): [what: string, value: string][] {
  const { command, target, via, calls, load, rule } = asked;
  return [
    ['command', command],
    ['target', target],
    ['via', via ?? 'nothing'],
    ['call', calls.map(({ name }) => name).join(', ')],
    ['name of a call', calls.map(({ givenName = 'none' }) => givenName).join(', ')],
    ['replica', calls.map(({ replica }) => replica?.address ?? 'none').join(', ')],
    ['protocol', calls.map(({ protocol }) => protocol).join(', ')],
    ['origin', calls.map(({ page }) => page?.origin ?? 'none').join(', ')],
    ...calls.flatMap(callIdentity),
    ['loop', load.loop],
    ['sender', asked.passive === undefined ? 'this tool' : 'others'],
    ['route name', asked.passive?.routeName ?? 'none'],
    ['alpha', String(rule.alpha)],
    ['power', String(rule.power)],
    ['thresholds', rule.thresholds.join(' and ') || 'none'],
    ['comparison', rule.compared === null ? 'none' : Object.values(rule.compared).join(':')],
  ];
}

function callIdentity(call: AskedCall): [what: string, value: string][] {
  const { route, behind, destinations, aborts, expectation } = call;
  return [
    ['route', route === null ? 'none' : `${route.source}, ${route.rule} (${route.match})`],
    ['service behind the call', behind?.service ?? 'none'],
    ['gateway port', String(route?.gatewayPort ?? 'none')],
    ['weights', destinations.map(({ name, weight }) => `${name}=${weight ?? '?'}`).join(',')],
    ['max-error-rate', String(call.maxErrorRate)],
    ['max-error-rate of destinations', errorLimitsText(call)],
    ['share of injected aborts', String(aborts?.share ?? 0)],
    ['observations per call', String(call.observationsPerCall)],
    ['URL that is forwarded to', call.forwards?.url ?? 'none'],
    ['unit of counting', call.streamsBy ?? 'answers'],
    ['expectation', expectation?.kind ?? 'none'],
    ...Object.entries(expectation ?? {})
      .filter(([what]) => !FOLLOWING.has(what))
      .map(([what, value]): [string, string] => [what, String(value)]),
  ];
}

function errorLimitsText({ errorLimits }: AskedCall): string {
  const named = Object.entries(errorLimits).map(([name, limit]) => `${name}=${limit}`);
  return named.sort().join(',') || 'none';
}

/** Of an expectation: its kind is compared before, and these follow from the rest, and from the load. */
const FOLLOWING = new Set([
  'kind',
  'power',
  'requestsPlanned',
  'requestsAtMost',
  'requestsBefore',
  'requestsAfter',
]);

/** The same requests must not count twice. */
function refuseTwins(runs: readonly NamedAsked[]): void {
  const seen = new Map<string, string>();
  for (const { file, asked } of runs) {
    for (const id of asked.runId.split('+')) {
      const twin = seen.get(id);
      if (twin !== undefined) {
        throw new InputError(`it is the same run as ${twin}, and its requests would count twice`, {
          file,
        });
      }
      seen.set(id, file);
    }
  }
}

function joined(all: readonly Asked[]): Asked {
  const [first] = all as [Asked, ...Asked[]];
  const { loop } = first.load;
  const rates = all.map(({ load }) => load.requestsPerSecond);
  return {
    ...first,
    runId: all
      .flatMap(({ runId }) => runId.split('+'))
      .sort()
      .join('+'),
    labels: agreedLabels(all.map(({ labels }) => labels)),
    askedAt: least(all.map(({ askedAt }) => askedAt)),
    scenario: agreed(all.map(({ scenario }) => scenario)),
    tool: { ...first.tool, version: least(all.map(({ tool }) => tool.version)) },
    load: {
      loop,
      requests: sumOrNull(all.map(({ load }) => load.requests)),
      durationMs: agreed(all.map(({ load }) => load.durationMs)),
      requestsPerSecond: sumOrNull(rates),
      atMostPerSecond: sumOrNull(all.map(({ load }) => load.atMostPerSecond)),
    },
    rule: { ...first.rule, seed: Math.min(...all.map(({ rule }) => rule.seed)) },
    cluster: joinedCluster(all.map(({ cluster }) => cluster)),
    calls: first.calls.map((_, index) =>
      joinedCall(all.flatMap(({ calls }) => calls[index] ?? [])),
    ),
  };
}

/** What all parts have read; null where one of them has read none: the images of its pods are not known. */
function joinedCluster(all: readonly (AskedCluster | null)[]): AskedCluster | null {
  const known = all.flatMap((cluster) => cluster ?? []);
  return known.length < all.length ? null : joinedClusters(known);
}

function joinedCall(all: readonly AskedCall[]): AskedCall {
  const [first] = all as [AskedCall, ...AskedCall[]];
  const { route, expectation } = first;
  const planned = all.flatMap((call) => call.expectation?.requestsPlanned ?? []);
  return {
    ...first,
    ...joinedLabels(all),
    route:
      route === null
        ? null
        : {
            ...route,
            file: agreed(all.map((call) => call.route?.file ?? null)),
            line: agreed(all.map((call) => call.route?.line ?? null)),
          },
    programmed: joinedProgrammed(all.flatMap(({ programmed }) => programmed ?? [])),
    destinations: first.destinations.map((destination, index) => ({
      ...destination,
      replicas: agreed(all.map((call) => call.destinations[index]?.replicas ?? null)),
      previousWeight: agreed(all.map((call) => call.destinations[index]?.previousWeight ?? null)),
    })),
    expectation:
      expectation === null
        ? null
        : {
            ...expectation,
            requestsPlanned: planned.length === 0 ? null : Math.max(...planned),
            ...joinedMost(all),
          },
    findings: distinctSorted(all.flatMap(({ findings }) => findings)),
  };
}

/** Those that all parts have, as with the labels of the run. */
function joinedLabels(all: readonly AskedCall[]): Pick<AskedCall, 'labels'> {
  if (all.every(({ labels }) => labels === undefined)) return {};
  return { labels: agreedLabels(all.map(({ labels = {} }) => labels)) };
}

/** Sequential parts may send as much as all of them together. */
function joinedMost(all: readonly AskedCall[]): { requestsAtMost?: number | null } {
  const most = all.flatMap(({ expectation }) =>
    expectation?.kind !== 'split' || expectation.requestsAtMost === undefined
      ? []
      : [expectation.requestsAtMost],
  );
  return most.length === 0 ? {} : { requestsAtMost: sumOrNull(most) };
}

/** Shards may have looked at different gateways; one that is programmed otherwise is shown first. */
function joinedProgrammed(all: readonly ProgrammedRecord[]): ProgrammedRecord | null {
  const differing = all.filter(({ difference }) => difference !== null);
  const [first = null] = distinctSorted(differing.length > 0 ? differing : all);
  return first;
}

function distinctSorted<T>(items: readonly T[]): T[] {
  const byText = new Map(items.map((item) => [JSON.stringify(item), item]));
  return [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
}

/** Those that all have, with the same value. */
function agreedLabels(all: readonly Record<string, string>[]): Record<string, string> {
  const [first = {}, ...others] = all;
  return Object.fromEntries(
    Object.entries(first).filter(([name, value]) =>
      others.every((labels) => Object.hasOwn(labels, name) && labels[name] === value),
    ),
  );
}

/** The one value that all have; null where they differ. */
function agreed<T>(values: readonly (T | null)[]): T | null {
  const [first = null] = values;
  return values.every((value) => value === first) ? first : null;
}

function least(texts: readonly string[]): string {
  return texts.reduce((a, b) => (b < a ? b : a));
}

function sumOrNull(numbers: readonly (number | null)[]): number | null {
  return numbers.reduce((sum, number) => (sum === null || number === null ? null : sum + number));
}
