import { divideOverCalls } from '../load/plan.js';
import { callLabels } from '../record/call-labels.js';
import {
  type CapacityReport,
  PLAN_SCHEMA,
  type PlannedSplitReport,
  type PlanReport,
} from '../report/plan.js';
import { type Configuration, loadConfiguration } from '../inputs/configuration.js';
import { forwardedOrRefused } from '../routing/forwarded-or-refused.js';
import type { GatewayReplicas } from '../routing/gateway-replicas.js';
import { resolveServiceBehind } from '../routing/service-behind.js';
import type {
  PlannedCall,
  PlannedSource,
  PlanQuestion,
  PlanRule,
} from '../scenario/plan-question.js';
import type { EachReplica } from '../scenario/each-replica.js';
import { TOOL } from '../tool.js';
import { checkErrorLimits } from '../expect/error-limits.js';
import { comparisonNeed } from '../expect/comparison/requests-for-quantile.js';
import { detectableDeviations } from '../expect/split/plan/detectable-deviations.js';
import { unnamedFailuresThatBar } from '../expect/split/plan/unnamed-failures.js';
import { type PlanInput, planRequests, powerAt } from '../expect/split/plan/plan-requests.js';
import { sequentialOutlook } from '../expect/split/plan/sequential-outlook.js';
import { SEQUENTIAL_CAP } from '../expect/sequential-cap.js';
import { missableShare, reachOf } from '../expect/split/gateway-reach.js';
import { powerPerCall } from '../expect/power-per-call.js';
import { parseTolerance, resolveTolerances, type Tolerance } from '../expect/split/tolerance.js';
import { questionedRoute } from './explain.js';
import { inOwnNamespace } from './own-namespace.js';
import { evenly, nameAtReplica, replicasIn, sharedReplicas } from './replicas.js';
import { withoutSecrets } from './without-secrets.js';
import type { AbortedPart } from '../expect/expected-aborts.js';
import { nothingLeft, requestsBeyondAborts } from '../expect/injected-aborts.js';

type Weights = readonly { name: string; weight: number }[];

/** The steps of a canary that the table shows, in per cent of the traffic. */
const CANARY_STEPS = [1, 5, 10, 25, 50, 100];

/** Parts of the error rate allowed at which the growth of the sample is shown. */
const MISSING_PARTS = [0.25, 0.5, 1];

/**
 * How many requests a verdict needs, and what a given number of them can tell.
 *
 * @param signal Gives up reading when it aborts.
 * @throws InputError when the tolerance does not fit the destinations, or the manifests do not lead
 *   to a split.
 */
export async function plan(question: PlanQuestion, signal?: AbortSignal): Promise<PlanReport> {
  const { requests, split, steps, gateways, requestsPerCall } = question;
  // All steps of a roll-out are to pass together.
  const perStep = (of: PlanRule): StepRule => ({
    ...of,
    power: powerPerCall(of.power, steps ?? 1),
    connections: question.connections,
  });
  const rule = perStep(question.rule);
  const configuration = await configurationOf(sourcesOf(split), signal);
  const report = (
    splits: PlannedSplitReport[],
    kind: PlanReport['kind'],
    route: PlanReport['route'] = null,
    replicas: GatewayReplicas | null = null,
  ): PlanReport => {
    const connections =
      replicas === null
        ? question.connections
        : evenly(question.connections, replicas.replicas.length);
    const { alpha, power, tolerance, maxErrorRate, errorRateShown } = question.rule;
    return {
      schema: PLAN_SCHEMA,
      tool: TOOL,
      kind,
      rule: { alpha, power, tolerance, maxErrorRate, errorRateShown },
      steps,
      connections,
      missable: missableShare(alpha, connections),
      gateways: gateways === null ? null : reachOf(gateways, connections),
      ...(replicas === null ? {} : { replicas: plannedReplicas(replicas) }),
      route,
      notes: notesOf(configuration),
      splits,
    };
  };
  switch (split.kind) {
    case 'canary':
      return report(
        CANARY_STEPS.map((step) => plannedSplit(`canary ${step} %`, canary(step), rule, requests)),
        'canary',
      );
    case 'calls': {
      const { splits, replicas } = await plannedCalls(
        split.calls.map((call) => ({ ...call, rule: perStep(call.rule) })),
        question,
        configuration,
        signal,
      );
      return report(splits, 'calls', null, replicas);
    }
    default: {
      const { weights, draws, route, aborts } = await weightsOf(split, configuration, null, signal);
      const asked = requests === null ? null : requests * requestsPerCall;
      const planned = plannedSplit(null, weights, rule, asked, aborts, draws);
      return report([inCalls(planned, requestsPerCall)], 'split', route);
    }
  }
}

/** A rule with the power of one step, and the connections that it is judged by. */
type StepRule = PlanRule & { connections: number };

function plannedReplicas({
  service,
  replicas,
}: GatewayReplicas): NonNullable<PlanReport['replicas']> {
  return { service, pods: replicas.map(({ pod }) => pod) };
}

/** Calls of one run share its requests in proportion to what they need; each replica has every call for itself. */
async function plannedCalls(
  calls: readonly (PlannedCall & { rule: StepRule })[],
  { requests, eachReplica }: Pick<PlanQuestion, 'requests' | 'eachReplica'>,
  configuration: Configuration | null,
  signal: AbortSignal | undefined,
): Promise<{ splits: PlannedSplitReport[]; replicas: GatewayReplicas | null }> {
  const labels = callLabels(calls.map(({ name }) => name));
  const routed = await Promise.all(
    calls.map(async (call, index) => {
      const own = await weightsOf(call.source, configuration, eachReplica, signal);
      return { ...call, ...own, label: labels[index] ?? null };
    }),
  );
  const shared = sharedReplicas(routed.map(({ replicas }) => replicas));
  const pods = shared?.replicas.map(({ pod }) => pod) ?? [null];
  const splits = routed.flatMap(({ label, rule, ...one }) => {
    const power = powerPerCall(rule.power, calls.length * pods.length);
    const connections =
      shared === null ? rule.connections : evenly(rule.connections, pods.length) / pods.length;
    return pods.map((pod) => {
      const name = pod === null ? label : nameAtReplica(label, pod);
      return { ...one, name, rule: { ...rule, power, connections } };
    });
  });
  const planned = (own: readonly (number | null)[]): PlannedSplitReport[] =>
    splits.map(({ name, weights, rule, aborts, draws, requestsPerCall: each }, index) => {
      const asked = own[index] ?? null;
      const answers = asked === null ? null : asked * each;
      const split = inCalls(plannedSplit(name, weights, rule, answers, aborts, draws), each);
      return {
        ...split,
        // Calls share what is sent, so that calls are what adds up.
        needed: split.needed.map(({ calls: some, ...size }) => {
          return { ...size, requests: some === undefined ? size.requests : some };
        }),
        // They end together, when the last of them does.
        sequential: null,
      };
    });
  const withoutNumber = planned([]);
  if (requests === null) return { splits: withoutNumber, replicas: shared };
  const needed = withoutNumber.flatMap((split) => split.needed[0]?.requests ?? []);
  const parts = needed.length === splits.length ? needed : splits.map(() => 1);
  return { splits: planned(divideOverCalls(requests, parts)), replicas: shared };
}

interface Routed {
  weights: Weights;
  draws: PlannedSplitReport['draws'];
  route: PlanReport['route'];
  aborts: AbortedPart | null;
  /** Of the gateway that its requests come in through; absent where they are not asked for. */
  replicas?: GatewayReplicas;
}

function sourcesOf(split: PlanQuestion['split']): readonly PlannedSource[] {
  if (split.kind === 'canary') return [];
  return split.kind === 'calls' ? split.calls.map(({ source }) => source) : [split];
}

/** The calls of a run share their manifests, and standard input can be read only once. */
async function configurationOf(
  sources: readonly PlannedSource[],
  signal: AbortSignal | undefined,
): Promise<Configuration | null> {
  const [first] = sources.flatMap((source) => (source.kind === 'route' ? [source.question] : []));
  return first === undefined ? null : await loadConfiguration(first.manifests, signal);
}

/** What was read where it was not what was given. */
function notesOf(configuration: Configuration | null): string[] {
  const cluster = configuration?.cluster ?? null;
  return cluster === null ? [] : [cluster.note];
}

async function weightsOf(
  source: PlannedSource,
  configuration: Configuration | null,
  eachReplica: EachReplica | null,
  signal: AbortSignal | undefined,
): Promise<Routed> {
  if (source.kind === 'weights')
    return { weights: source.weights, draws: 'requests', route: null, aborts: null };
  if (configuration === null) throw new RangeError('manifests that were not loaded');
  const question = inOwnNamespace(source.question, configuration.cluster);
  return await withoutSecrets(question.secrets, () =>
    routedSplit(question, configuration, eachReplica, signal),
  );
}

async function routedSplit(
  question: Extract<PlannedSource, { kind: 'route' }>['question'],
  configuration: Configuration,
  eachReplica: EachReplica | null,
  signal: AbortSignal | undefined,
): Promise<Routed> {
  const { manifests } = configuration;
  const { request, resolution } = await questionedRoute(manifests, question, signal);
  const front = forwardedOrRefused(resolution, 'plan for');
  const { service, target } = question;
  const { destinations, route, perConnection } =
    service === null
      ? front
      : forwardedOrRefused(
          resolveServiceBehind(manifests, request, front, service).resolution,
          'plan for',
        );
  const weights = destinations.map(({ name, weight }) => ({ name, weight }));
  const draws = perConnection ? 'connections' : 'requests';
  const aborts = front.effects.abort;
  if (aborts !== null && aborts.share >= 1) throw nothingLeft(aborts);
  const { via, gatewayPort } = front;
  const arrived = { request, via, gatewayPort, target };
  const split: Routed = {
    ...{ weights, draws, route: null, aborts },
    ...(eachReplica === null ? {} : { replicas: replicasIn(configuration, eachReplica, arrived) }),
  };
  if (route === null) return split;
  const { source, file, line, rule, match } = route;
  return { ...split, route: { source, file, line, rule, match } };
}

/** A split whose requests an application makes, so many a call: with the number of those. */
function inCalls(split: PlannedSplitReport, requestsPerCall: number): PlannedSplitReport {
  if (requestsPerCall === 1) return split;
  return {
    ...split,
    requestsPerCall,
    needed: split.needed.map((size) => {
      const { requests } = size;
      return { ...size, calls: requests === null ? null : Math.ceil(requests / requestsPerCall) };
    }),
    // The requests of a call may hang together, so that none is looked at by itself.
    sequential: null,
    comparison: null,
  };
}

function canary(step: number): Weights {
  return [
    { name: 'stable', weight: 100 - step },
    { name: 'canary', weight: step },
  ];
}

function plannedSplit(
  name: string | null,
  weights: Weights,
  rule: StepRule,
  requests: number | null,
  aborts: AbortedPart | null = null,
  draws: PlannedSplitReport['draws'] = 'requests',
): PlannedSplitReport {
  checkErrorLimits(rule.errorLimits, weights);
  const { connections } = rule;
  const input = planInput(weights, parseTolerance(rule.tolerance), {
    ...rule,
    views: { connections },
  });
  const rates = [0, ...MISSING_PARTS.map((part) => part * rule.maxErrorRate)];
  const answered = planRequests(input);
  const looked = requests ?? (answered.kind === 'planned' ? answered.requests : null);
  return {
    name,
    draws,
    destinations: weights.map(({ name: destination, weight }, index) => ({
      name: destination,
      weight,
      expectedShare: input.expectedShares[index] ?? 0,
      tolerance: input.tolerances[index] ?? 0,
    })),
    aborts: aborts === null ? null : { share: aborts.share, description: aborts.description },
    needed: [...new Set(rates)].map((missingRate) => {
      const plan = planRequests({ ...input, missingRate });
      return plan.kind === 'planned'
        ? {
            missingRate,
            requests: requestsBeyondAborts(plan.requests, aborts),
            power: plan.power,
          }
        : { missingRate, requests: null, power: null };
    }),
    unnamedFailures: looked === null ? null : unnamedFailures(looked, weights, input, rule),
    sequential: sequentialNeed(input, aborts, draws),
    comparison: comparisonNeed(input.expectedShares),
    capacity: requests === null ? null : capacity(requests, weights, input, aborts),
  };
}

function unnamedFailures(
  requests: number,
  weights: Weights,
  { expectedShares, alpha }: PlanInput,
  { maxErrorRate, errorLimits }: PlanRule,
): PlannedSplitReport['unnamedFailures'] {
  const destinations = weights.map(({ name }, index) => ({
    name,
    expectedShare: expectedShares[index] ?? 0,
    limit: Object.hasOwn(errorLimits, name) ? (errorLimits[name] ?? maxErrorRate) : maxErrorRate,
  }));
  const weighted = destinations.filter(({ expectedShare }) => expectedShare > 0);
  return unnamedFailuresThatBar(requests, weighted, alpha);
}

/** A load that may end at any time is as large as three of a fixed size, at most. */
function sequentialNeed(
  input: PlanInput,
  aborts: AbortedPart | null,
  draws: PlannedSplitReport['draws'],
): PlannedSplitReport['sequential'] {
  const plan = planRequests(input);
  if (draws === 'connections' || plan.kind === 'never') return null;
  const outlook = sequentialOutlook(input, SEQUENTIAL_CAP * plan.requests);
  return outlook === null
    ? null
    : {
        requests: requestsBeyondAborts(outlook.requests, aborts),
        most: requestsBeyondAborts(outlook.most, aborts),
        passes: outlook.passes,
      };
}

function planInput(
  weights: Weights,
  tolerance: Tolerance,
  { alpha, power, views, errorRateShown = null }: PlannedLevels,
): PlanInput {
  const sum = weights.reduce((total, { weight }) => total + weight, 0);
  const expected = weights.map(({ name, weight }) => ({ name, expectedShare: weight / sum }));
  return {
    expectedShares: expected.map(({ expectedShare }) => expectedShare),
    tolerances: resolveTolerances(tolerance, expected),
    alpha,
    power,
    errorRateShown,
    ...(views === undefined ? {} : { views }),
  };
}

/** The levels that a plan is made for. */
type PlannedLevels = Pick<PlanInput, 'alpha' | 'power' | 'errorRateShown' | 'views'>;

function capacity(
  requests: number,
  weights: Weights,
  input: PlanInput,
  aborts: AbortedPart | null,
): CapacityReport {
  // The rest never reaches a destination.
  const judged = Math.floor(requests * (1 - (aborts?.share ?? 0)));
  const deviations = detectableDeviations(judged, input);
  const needsLeakBound = weights.length === 1 || weights.some(({ weight }) => weight === 0);
  return {
    requests,
    power: powerAt(judged, input),
    detectable: weights.map(({ name }, index) => ({
      name,
      above: deviations[index]?.above ?? null,
      below: deviations[index]?.below ?? null,
    })),
    provableTolerance: provableTolerance(judged, weights, input),
    leakBound: needsLeakBound ? 1 - input.alpha ** (1 / judged) : null,
  };
}

/** Tolerances are searched in steps of a hundredth of a point. */
const STEPS_PER_POINT = 100;

/**
 * The smallest tolerance in points, for all destinations alike, at which an exactly right split
 * passes with the wanted power.
 *
 * @returns A share; null where no tolerance helps, or there is nothing to tolerate.
 */
function provableTolerance(requests: number, weights: Weights, input: PlanInput): number | null {
  if (weights.filter(({ weight }) => weight > 0).length < 2) return null;
  const suffices = (steps: number): boolean => {
    const tolerance: Tolerance = { kind: 'points', points: steps / STEPS_PER_POINT };
    // What is to be shown of errors depends on no tolerance.
    const levels = { ...input, errorRateShown: null };
    return powerAt(requests, planInput(weights, tolerance, levels)) >= input.power;
  };
  // More than half the largest share, or half of what it leaves, is never tolerable.
  let high = 50 * STEPS_PER_POINT;
  if (!suffices(high)) return null;
  let low = 0;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (suffices(middle)) high = middle;
    else low = middle;
  }
  return high / STEPS_PER_POINT / 100;
}
