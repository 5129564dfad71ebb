import type { AttributionTable } from '../count/attribution.js';
import type { ProgrammedRecord } from '../record/run-record.js';
import type { ExpectedRoute } from '../routing/taken-route.js';
import type { ExpectedAborts } from './injected-aborts.js';

/** What the request of a scenario should see. */
export interface ExpectedSplit {
  via: string | null;
  route: ExpectedRoute | null;
  /** In the route's order, zero weights included. */
  destinations: {
    name: string;
    weight: number;
    replicas: number | null;
    /** Before the last change; null when not known. */
    previousWeight: number | null;
  }[];
  attribution: AttributionTable;
  /** What the proxy says it does with the request; null where it was not asked. */
  programmed: ProgrammedRecord | null;
  /** What the route answers with an error on purpose; null when it does not. */
  aborts: ExpectedAborts | null;
  /** Choices and warnings, for the person at the terminal. */
  notes: string[];
}

/** Every pod that answers is a destination of its own. */
export const NOTHING_EXPECTED: ExpectedSplit = {
  via: null,
  route: null,
  destinations: [],
  attribution: { destinations: [], workloads: [], tokens: [], podsAreDestinations: true },
  programmed: null,
  aborts: null,
  notes: [],
};
