import { expectationSource } from './expectation-source.js';
import { type RouteQuestion, routeQuestion } from './route-question.js';
import { ruleOf, type Scenario } from './scenario.js';
import type { Settings } from './schema.js';

/** What a plan is made for. */
export interface PlanQuestion {
  rule: Scenario['rule'];
  /** null: how many are needed is all that is asked. */
  requests: number | null;
  split:
    | { kind: 'weights'; weights: { name: string; weight: number }[] }
    | { kind: 'route'; question: RouteQuestion }
    /** Nothing in particular: the steps of a canary. */
    | { kind: 'canary' };
}

/**
 * Completes settings to a question.
 *
 * @param http Method and path of a plain HTTP request, where it is one.
 * @throws InputError when two settings contradict each other, or manifests are given without a call.
 */
export function planQuestion(
  settings: Settings,
  http: { method: string | undefined; path: string | undefined },
): PlanQuestion {
  const common = { rule: ruleOf(settings), requests: settings.requests ?? null };
  if (settings.weights === undefined && settings.manifest === undefined) {
    return { ...common, split: { kind: 'canary' } };
  }
  const source = expectationSource(settings);
  if (source.kind === 'weights') {
    return { ...common, split: { kind: 'weights', weights: source.weights } };
  }
  return { ...common, split: { kind: 'route', question: routeQuestion(settings, http) } };
}
