import type { TallyData } from '../../count/tally-data.js';
import type { LoadJob } from '../load-job.js';
import type { LoadShare } from '../plan.js';
import type { PartProgress } from '../progress.js';
import type { ShareResult } from './run-share.js';
import type { SentCounts } from './sent-counts.js';

/** What a worker thread is started with. */
export interface WorkerTask {
  job: LoadJob;
  share: LoadShare;
  /** In shared memory; the worker fills it. */
  sent: SentCounts;
}

/** To a worker. */
export type ToWorker =
  /** All workers are warm: the sample starts. The time is in ms since 1970. */
  | { kind: 'start'; atMs: number }
  /** Cancel what is in flight and report. */
  | { kind: 'stop' };

/** From a worker. Their number does not depend on the number of requests. */
export type FromWorker =
  | { kind: 'warm' }
  /** It is not stuck. */
  | { kind: 'alive' }
  | ({ kind: 'progress' } & PartProgress)
  | { kind: 'done'; result: Omit<ShareResult, 'calls'> & { calls: CallTallyData[] } };

/** What was counted of one call, as plain data. */
export interface CallTallyData {
  tally: TallyData;
  destinations: readonly string[];
}
