/** How much load, and how it ends. */
export interface LoadPlan {
  connections: number;
  /** Requests in flight in all. */
  concurrency: number;
  /** Requests to send; null when only the clock ends the run. */
  requests: number | null;
  /** Time after which no more is sent, in ms; null when only the number ends the run. */
  durationMs: number | null;
  /** What is sent before the sample, and counted as excluded only. */
  warmup: PhaseLimit | null;
  /** Each request's own deadline, in ms. */
  timeoutMs: number;
}

/** When a stretch of load has sent enough: whichever comes first. */
export interface PhaseLimit {
  requests: number | null;
  durationMs: number | null;
}
