import type { Deviation } from '../draws/deviation.js';
import type { Units } from '../draws/draw-model.js';

/** Why the verdict is what it is, with the numbers; `reasonText` puts it in words. */
export type SplitReason =
  | { code: 'leak'; destination: string | null; answers: number }
  | {
      code: 'split-differs';
      deviations: readonly Deviation[];
      /** Largest p-value over every allocation of the missing answers. */
      pValue: number;
      alpha: number;
      missing: number;
      units: Units;
    }
  | {
      code: 'error-rate';
      /** Failures, those that could not be sent for want of the peer included. */
      errors: number;
      unsent: number;
      /** Requests sent and those unsent ones. */
      asked: number;
      limit: number;
    }
  | { code: 'equivalent'; widest: Deviation; alpha: number; missing: number; units: Units }
  | { code: 'no-difference'; pValue: number; alpha: number; detectableShare: number }
  | { code: 'no-leak'; answers: number; leakBound: number; alpha: number }
  | { code: 'no-answers'; sampled: number }
  | { code: 'unsent-requests'; unsent: number; due: number }
  | { code: 'unattributed-answers'; unattributed: number; sampled: number; limit: number }
  | { code: 'missing-answers'; missing: number; sampled: number }
  | { code: 'too-few-requests'; widest: Deviation; sampled: number; requestsToSettle: number }
  | { code: 'deviation-near-tolerance'; widest: Deviation; sampled: number }
  | { code: 'clustered-draws'; inflation: number; connections: number; widest: Deviation }
  | { code: 'leaning-connections'; connections: number; widest: Deviation }
  | { code: 'partly-pinned'; pure: number; connections: number; widest: Deviation }
  | { code: 'pinned-connections'; connections: number; connectionsToSettle: number | null }
  | { code: 'one-destination'; destination: string; connections: number; connectionsToTell: number }
  | {
      code: 'leak-not-excluded';
      sampled: number;
      missing: number;
      limit: number;
      requestsToSettle: number | null;
    };
