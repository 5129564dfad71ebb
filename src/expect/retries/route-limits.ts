import type { Place } from '../../finding.js';

/** How often a route tries a request again, and on what. Plain data: it stands in the record. */
export interface RetryPolicy {
  /** Tries after the first; 0: none. */
  attempts: number;
  /** null: an attempt may take as long as the request. */
  perTryTimeoutMs: number | null;
  /** Conditions of Envoy and numbers of HTTP statuses: `unavailable,503`; null where it names none. */
  retryOn: string | null;
  /** Not of the route's own, but what the proxy does where nothing is said. */
  byDefault: boolean;
  /** Whether the list has the statuses of HTTP alone, and it is for the proxy to say what else it retries. */
  isByStatusAlone: boolean;
  /** Where it stands, or the rule that says nothing of it. */
  place: Place | null;
}

/** What the route of a call is configured to allow each request. Plain data: it stands in the record. */
export interface RouteLimits {
  /** null: as long as it takes. */
  timeoutMs: number | null;
  /** null: the proxy retries nothing. */
  retries: RetryPolicy | null;
}

/** How often a request is tried at most. */
export function mostTries({ attempts }: Pick<RetryPolicy, 'attempts'>): number {
  return attempts + 1;
}
