import type { Place } from '../../finding.js';

/** The page of another origin for which a call is made, as a browser would. Plain data. */
export interface AskedPage {
  /** `https://myapp.example.com` */
  origin: string;
  /** Headers of the call for which a browser asks leave, in lower case. */
  headerNames: string[];
  /** Headers of answers in which failures are told; none where their bodies tell them. */
  failureHeaders: string[];
  /** Where the CORS policy of the rule that takes the call stands; null where there is none, or none is known. */
  policy: Place | null;
  /** Why the rule that takes the call does not take its preflight request; null where it does, or none is known. */
  astray: string | null;
}
