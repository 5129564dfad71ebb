/** What is concluded of a call or of a run. */
export type Verdict = 'pass' | 'fail' | 'inconclusive';

/** A run fails where one part does, and passes where all parts do. */
export function worstOf(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('fail')) return 'fail';
  return verdicts.includes('inconclusive') ? 'inconclusive' : 'pass';
}
