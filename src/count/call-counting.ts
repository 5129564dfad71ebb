import type { AnswerFormat } from '../call/answer-reader.js';
import type { AttributionTable } from './attribution.js';

/** What the answers of a call are counted by. Plain data: it travels to worker threads. */
export interface CallCounting {
  answers: AnswerFormat;
  attribution: AttributionTable;
  /** Statuses with which a request is OK, as ranges of the protocol's numbers, both ends included. */
  okStatuses: readonly (readonly [number, number])[];
  /**
   * Whether only answers of known destinations are of use; false: all that are OK are. Absent: any answer may
   * be, so that no load of such a call is hopeless.
   */
  countsKnownAlone?: boolean;
  /** What an observation is where the call streams: each stream, or each message. Absent: it is unary. */
  streamsBy?: 'streams' | 'messages';
  /** Answers that a call gives when all goes well; of streams the first message of each, or its headers. */
  observationsPerCall: number;
  /** Requests in a run of them, for the comparison of spreads; Infinity where nothing is compared. */
  spreadSize: number;
  /** Whether the sample may end after any number of its requests; absent: it may not. */
  mayEndEarly?: boolean;
  /** Whether every request is counted by when it was sent; absent: it is not. */
  hasTimeline?: boolean;
}
