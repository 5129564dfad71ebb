/** What every test gives: a statistic, its degrees of freedom, and the p-value. */
export interface TestResult {
  statistic: number;
  df: number;
  /** P(a statistic at least this extreme | the hypothesis), 0..1. */
  pValue: number;
}
