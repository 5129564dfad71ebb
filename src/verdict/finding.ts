/** Something worth knowing beyond pass and fail: what was seen, why probably, what to look at. */
export interface Finding {
  code: string;
  severity: 'error' | 'warning' | 'info';
  /** What it is, in an operator's words. */
  summary: string;
  /** The numbers it rests on. */
  evidence: string;
  /** The likely cause, and what to look at. */
  advice: string;
}
