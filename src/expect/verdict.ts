/** What a judgement comes to. */
export type Verdict = 'pass' | 'fail' | 'inconclusive';

const FROM_BAD_TO_GOOD: readonly Verdict[] = ['fail', 'inconclusive', 'pass'];

/** The verdict on several things together: it fails when one does, and passes when all do. */
export function worstOf(verdicts: readonly Verdict[]): Verdict {
  return FROM_BAD_TO_GOOD.find((verdict) => verdicts.includes(verdict)) ?? 'pass';
}
