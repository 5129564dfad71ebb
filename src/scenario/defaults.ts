/** What holds where settings say nothing. */
export const DEFAULTS = {
  connectTimeoutMs: 10_000,
  concurrency: 64,
  /** Of calls each of which makes several requests elsewhere. */
  forwardingConcurrency: 8,
  connections: 32,
  timeoutMs: 10_000,
  workers: 1,
  benchDurationMs: 10_000,
  engine: 'h2',
  alpha: 0.001,
  power: 0.99,
  tolerance: '5pp',
  maxErrorRate: 0.01,
  inconclusive: 'report',
  seed: 1,
} as const;
