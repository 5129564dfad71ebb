import type { MemberTask } from './member.js';
import type { ToWorker } from './worker-messages.js';

/** To a worker that is a process. */
export type ToProcess =
  /** The first: what it is to do. */
  { kind: 'task'; task: MemberTask } | ToWorker;

/**
 * Where such a process finds the file of what it has sent: the counts of its warm-up, then those of the
 * sample, as they lie in memory. It is behind standard input, output, errors and messages.
 */
export const SENT_COUNTS_FD = 4;
