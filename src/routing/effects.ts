import type { Place } from '../finding.js';

/** A part of the requests that the proxy answers or holds up itself. */
export interface InjectedFault {
  /** Between 0 and 1. */
  share: number;
  /** `HTTP 503`, `gRPC UNAVAILABLE`, `2 s`. */
  description: string;
}

/** Requests that the proxy answers with a status on purpose. */
export interface InjectedAbort extends InjectedFault {
  /** With which it answers them; null where it is a gRPC status. */
  httpStatus: number | null;
}

export interface Retries {
  /** 0: off. */
  attempts: number;
  perTryTimeoutMs: number | null;
  retryOn: string | null;
  /** Not of the route's own, but what the proxy does where nothing is said. */
  byDefault: boolean;
}

/** What a route does to a request besides choosing its destination. */
export interface RouteEffects {
  /** 0: timeouts are switched off; `null`: none is set. */
  timeoutMs: number | null;
  retries: Retries | null;
  /** Answered with an error by the proxy itself on purpose, so seen by no destination. */
  abort: InjectedAbort | null;
  delay: InjectedFault | null;
  /** Meant for backends that cannot be used, so answered with an error. */
  failing: InjectedFault | null;
  /** Destinations that get a copy; their answers are thrown away and are never observed. */
  mirrors: { host: string; share: number }[];
  /** `path rewritten to /`, `request headers changed`. */
  changes: string[];
  /** Where its CORS policy stands; absent where it has none. */
  corsPolicy?: Place;
}

export const NO_EFFECTS: RouteEffects = {
  timeoutMs: null,
  retries: null,
  abort: null,
  delay: null,
  failing: null,
  mirrors: [],
  changes: [],
};
