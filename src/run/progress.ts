import type {
  DestinationProgress,
  DiallingProgress,
  SampleProgress,
  WarmUpProgress,
} from '../load/progress.js';

/**
 * What a run is doing, by its phase. A phase is told when it begins, and a few times a second while there is
 * something new to tell of it. Phases come in this order, each of them only where the run has it.
 */
export type Progress =
  /** Files are read, the request is encoded, its route is found. */
  | { phase: 'preparing' }
  /** Of the addresses of the target, and then of the connections of a load. */
  | DiallingProgress
  | RolloutProgress
  | WarmUpProgress
  | SamplingProgress
  | ProbeProgress
  | LogProgress
  /** The verdict is made. */
  | { phase: 'concluding' };

/** Traffic is sent until it follows the weights; none of it is part of the sample. */
export interface RolloutProgress {
  phase: 'waiting-for-rollout';
  elapsedMs: number;
  /** How long is waited at most. */
  limitMs: number;
  /** Requests of the wait that have ended. */
  done: number;
  /** The answers to the latest of them, by destination. */
  destinations: readonly DestinationProgress[];
}

/** The sample is taken. */
export interface SamplingProgress extends SampleProgress {
  /**
   * Where the sample ends as soon as its evidence is enough: the parts of it that are there, from 0 to 1 each.
   * Absent before the first look, and in any other sample.
   */
  evidence?: { forWeights: number; againstWeights: number };
}

/** What the sample left open is asked, by requests that are no part of it. */
export interface ProbeProgress {
  phase: 'probing';
  /** `connections`: of one request each; `requests`: single ones, where those of several failed. */
  by: 'connections' | 'requests';
  done: number;
  /** At most. */
  planned: number;
}

/** An access log is waited for, which tells who answered. */
export interface LogProgress {
  phase: 'reading-log';
  /** Lines of the run's requests that have come, or of the route that is judged. */
  lines: number;
  /** null where all that come are read. */
  expected: number | null;
}
