import { callList, type CallOfSettings, nameOfCall } from './call-list.js';
import { clusterSource } from './cluster-source.js';
import { expectationSource } from './expectation-source.js';
import { type EachReplica, eachReplica } from './each-replica.js';
import { type RouteQuestion, routeQuestion } from './route-question.js';
import { DEFAULTS } from './defaults.js';
import { forwardingOf, withForwardingCall } from './forwarding.js';
import { ruleOf } from './scenario.js';
import type { Settings } from './schema.js';
import type { NamedWeight } from './weights.js';

/** What a verdict's errors may be, and what is tolerated. */
export type PlanRule = ReturnType<typeof ruleOf>;

/** Where the weights of a split come from. */
export type PlannedSource =
  { kind: 'weights'; weights: NamedWeight[] } | { kind: 'route'; question: RouteQuestion };

/** What a plan is made for. */
export interface PlanQuestion {
  rule: PlanRule;
  /** null: how many are needed is all that is asked. */
  requests: number | null;
  /** That the requests are spread over. */
  connections: number;
  /** Requests that each call asks an application for; 1: it is one itself. */
  requestsPerCall: number;
  /** Verdicts that a roll-out takes one after another, each of which must pass; null: one. */
  steps: number | null;
  /** Gateways that the connections are spread over, each by itself; null: not asked. */
  gateways: number | null;
  /** The pods of the gateway that each have their own verdict; null: the target has one. */
  eachReplica: EachReplica | null;
  split:
    | PlannedSource
    /** Several calls of one run. */
    | { kind: 'calls'; calls: PlannedCall[] }
    /** Nothing in particular: the steps of a canary. */
    | { kind: 'canary' };
}

/** One of several calls. */
export interface PlannedCall {
  name: string;
  rule: PlanRule;
  source: PlannedSource;
  /** Requests that it asks an application for; 1: it is one itself. */
  requestsPerCall: number;
}

/** What only a plan is asked. */
export interface PlanAsides {
  steps?: number;
  gateways?: number;
}

/**
 * Completes settings to a question.
 *
 * @throws InputError when two settings contradict each other, or manifests are given without a call.
 */
export function planQuestion(
  settings: Settings,
  { steps, gateways }: PlanAsides = {},
): PlanQuestion {
  const common = {
    rule: ruleOf(settings),
    requests: settings.requests ?? null,
    connections: settings.connections ?? DEFAULTS.connections,
    steps: steps ?? null,
    gateways: gateways ?? null,
    eachReplica: eachReplica(settings, callList(settings)),
  };
  const calls = settings.calls === undefined ? [] : callList(settings);
  if (calls.length > 1 || common.eachReplica !== null) {
    if (calls.length === 0) calls.push(settings);
    return {
      ...common,
      requestsPerCall: 1,
      split: { kind: 'calls', calls: calls.map(plannedCall) },
    };
  }
  const [only = settings] = calls;
  const requestsPerCall = requestsPerCallOf(only);
  if (only.weights === undefined && only.manifest === undefined && clusterSource(only) === null) {
    return { ...common, requestsPerCall, split: { kind: 'canary' } };
  }
  return { ...common, requestsPerCall, split: sourceOf(only) };
}

function plannedCall(settings: CallOfSettings): PlannedCall {
  return {
    name: settings.callName ?? nameOfCall(settings),
    rule: ruleOf(settings),
    source: sourceOf(settings),
    requestsPerCall: requestsPerCallOf(settings),
  };
}

function requestsPerCallOf(settings: CallOfSettings): number {
  const { call, data } = withForwardingCall(settings);
  return call === undefined ? 1 : (forwardingOf(call, data ?? {}, Infinity)?.count ?? 1);
}

function sourceOf(settings: Settings): PlannedSource {
  const source = expectationSource(settings);
  if (source.kind === 'weights') return { kind: 'weights', weights: source.weights };
  return { kind: 'route', question: routeQuestion(settings) };
}
