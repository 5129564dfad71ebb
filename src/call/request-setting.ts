/** What of the run goes into each of its requests. */
export interface RequestSetting {
  /** The `:authority` of calls that have none of their own. */
  authority: string;
  scheme: 'http' | 'https';
  timeoutMs: number;
  /** When nothing more is sent, in ms from the start; null where no clock ends the run. */
  durationMs: number | null;
  /** Whether it matters who answers; to a load test it does not. */
  isIdentityNeeded: boolean;
  /** Whether nothing but the called service's own pods counts, not those of services behind it. */
  isOwnPodAsked: boolean;
}
