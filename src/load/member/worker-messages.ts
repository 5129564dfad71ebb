import type { Counted } from '../../count/counted.js';
import type { PartProgress } from '../progress.js';
import type { Harm, SampleTimes, StopHow } from './member.js';

/** To a worker. */
export type ToWorker =
  /** All members are warm: the sample starts. */
  | { kind: 'start'; times: SampleTimes }
  | { kind: 'snapshot'; beforeEpochMs: number }
  | { kind: 'stop'; how: StopHow };

/** From a worker. Their number does not depend on the number of requests. */
export type FromWorker =
  | { kind: 'warm' }
  /** It is not stuck. */
  | { kind: 'alive'; progress: PartProgress | null }
  | { kind: 'harm'; harm: Harm }
  | { kind: 'hopeless' }
  | { kind: 'snapshot'; counted: Counted | null }
  | { kind: 'done'; counted: Counted }
  /** It dies; of a process only, threads throw. */
  | { kind: 'fault'; why: string };
