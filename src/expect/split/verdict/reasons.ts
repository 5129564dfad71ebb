import type { Deviation } from '../draws/deviation.js';
import type { RowKind } from '../draws/dependence.js';
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
      /** null: of all requests. */
      destination: string | null;
      /** Failures, those that could not be sent for want of the peer included. */
      errors: number;
      unsent: number;
      /** Requests sent and those unsent ones. */
      asked: number;
      limit: number;
      /** The chance of so many at the limit. */
      pValue: number;
    }
  | {
      /** Too few OK answers for any share and any error rate that would do. */
      code: 'destination-failing';
      destination: string;
      /** OK answers that are its own or may be. */
      ok: number;
      sampled: number;
      /** Part of the requests that it answers OK at least, when all is right. */
      least: number;
      limit: number;
      pValue: number;
    }
  | {
      code: 'error-rate-open';
      /** null: of all requests. */
      destination: string | null;
      errors: number;
      asked: number;
      limit: number;
      pValue: number;
      requestsToSettle: number | null;
    }
  | {
      /** One destination fails more than the others. */
      code: 'errors-uneven';
      destination: string;
      errors: number;
      answers: number;
      otherErrors: number;
      otherAnswers: number;
      /** Fisher's exact test, one-sided. */
      pValue: number;
    }
  | {
      /** Failures that do not say whose they are, and could be too many for one destination. */
      code: 'errors-unattributed';
      unidentified: number;
      destinations: readonly string[];
      /** The one that would be furthest above its limit. */
      worst: {
        destination: string;
        errors: number;
        answers: number;
        limit: number;
        pValue: number;
      };
    }
  | {
      code: 'error-rate-not-shown';
      /** The rate that was to be excluded. */
      asked: number;
      destinations: readonly { name: string; excludedAbove: number | null }[];
      requestsToSettle: number | null;
    }
  | { code: 'equivalent'; widest: Deviation; alpha: number; missing: number; units: Units }
  | { code: 'evidence-for'; widest: Deviation; alpha: number; missing: number; units: Units }
  | {
      code: 'evidence-against';
      deviations: readonly Deviation[];
      /** Natural logarithm of the Bayes factor against the weights, the missing placed worst. */
      logEvidence: number;
      alpha: number;
      missing: number;
      units: Units;
    }
  | {
      code: 'evidence-open';
      widest: Deviation;
      sampled: number;
      /** Parts of the evidence that a pass and a failure need. */
      forWeights: number;
      againstWeights: number;
    }
  | { code: 'no-difference'; pValue: number; alpha: number; detectableShare: number }
  | { code: 'no-leak'; answers: number; leakBound: number; alpha: number }
  | { code: 'no-answers'; sampled: number }
  | { code: 'unsent-requests'; unsent: number; due: number }
  | { code: 'unattributed-answers'; unattributed: number; sampled: number; limit: number }
  | { code: 'missing-answers'; missing: number; sampled: number }
  | { code: 'too-few-requests'; widest: Deviation; sampled: number; requestsToSettle: number }
  | { code: 'deviation-near-tolerance'; widest: Deviation; sampled: number }
  | {
      code: 'clustered-draws';
      inflation: number;
      connections: number;
      of: RowKind;
      widest: Deviation;
    }
  | {
      code: 'alike-in-time';
      /** X²/df of the blocks' homogeneity, at least 1. */
      inflation: number;
      blocks: number;
      /** How long a block lasts; null where that is not known. */
      blockMs: number | null;
      /** By how many standard deviations neighbours are too often alike; null where they are not. */
      neighbourZ: number | null;
    }
  | { code: 'leaning-connections'; connections: number; of: RowKind; widest: Deviation }
  | {
      code: 'partly-pinned';
      pure: number;
      connections: number;
      of: RowKind;
      widest: Deviation;
    }
  | {
      code: 'pinned-connections';
      connections: number;
      of: RowKind;
      connectionsToSettle: number | null;
    }
  | {
      code: 'one-destination';
      destination: string;
      connections: number;
      of: RowKind;
      connectionsToTell: number;
    }
  | {
      code: 'leak-not-excluded';
      sampled: number;
      missing: number;
      limit: number;
      requestsToSettle: number | null;
    };
