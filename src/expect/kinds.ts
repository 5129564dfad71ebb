import { answers } from './answers.js';
import type {
  CallJudgement,
  Expectation,
  ExpectationKind,
  ExpectationPlan,
  JudgedCall,
  Kind,
  Look,
  PlanContext,
  RunRule,
  Wish,
} from './expectation.js';

type AnyKind = Kind<Wish | null, Expectation | null>;

/** Every kind of expectation, loaded when it is needed: statistics take their time. */
const KINDS: Readonly<Record<ExpectationKind, () => AnyKind | Promise<AnyKind>>> = {
  none: () => answers,
  change: async () => (await import('./change/kind.js')).change,
  split: async () => (await import('./split/kind.js')).split,
};

/**
 * Plans what is asked to be expected of a call.
 *
 * @param wish null: nothing besides answers.
 * @throws InputError when the wish does not fit the call.
 */
export async function planExpectation(
  wish: Wish | null,
  context: PlanContext,
): Promise<ExpectationPlan> {
  const kind = await KINDS[wish?.kind ?? 'none']();
  return kind.plan(wish, context);
}

/**
 * Judges the calls of a run: those with one kind of expectation together.
 *
 * @returns In the order of the calls.
 */
export async function judgeCalls(
  calls: readonly JudgedCall<Expectation | null>[],
  rule: RunRule,
): Promise<CallJudgement[]> {
  const judged = new Map<JudgedCall<Expectation | null>, CallJudgement>();
  for (const name of new Set(calls.map(kindOf))) {
    const ofKind = calls.filter((call) => kindOf(call) === name);
    const kind = await KINDS[name]();
    const results = await kind.judge(ofKind, rule);
    ofKind.forEach((call, index) => {
      const result = results[index];
      if (result !== undefined) judged.set(call, result);
    });
  }
  return calls.flatMap((call) => judged.get(call) ?? []);
}

/** What a look at a running load says of the calls together; null where they have nothing to look at. */
export async function lookAtCalls(
  calls: readonly JudgedCall<Expectation | null>[],
  rule: RunRule,
): Promise<Look | null> {
  const [first] = calls;
  if (first === undefined) return null;
  const kind = await KINDS[kindOf(first)]();
  return kind.look?.(calls, rule) ?? null;
}

/** Whether a batch looks as if a roll-out had come to its end. @param level See `Kind`. */
export async function isRolledOut(
  batch: JudgedCall<Expectation | null>,
  rule: RunRule,
  level: number,
): Promise<boolean> {
  const kind = await KINDS[kindOf(batch)]();
  return kind.isRolledOut?.(batch, rule, level) ?? true;
}

/** How many connections of one request each a sample leaves to be asked, for its verdict. */
export async function probesLeft(
  sample: JudgedCall<Expectation | null>,
  rule: RunRule,
): Promise<number> {
  const kind = await KINDS[kindOf(sample)]();
  return kind.probesLeft?.(sample, rule) ?? 0;
}

function kindOf({ call }: JudgedCall<Expectation | null>): ExpectationKind {
  return call.expectation?.kind ?? 'none';
}
