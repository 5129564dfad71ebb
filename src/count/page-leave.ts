import { compareTexts } from './key-sums.js';

/** What an answer says of whether a page may have it; null where it does not say. */
export interface CorsHeaders {
  allowOrigin: string | null;
  allowMethods: string | null;
  allowHeaders: string | null;
  exposeHeaders: string | null;
  maxAge: string | null;
}

/** What a browser would be answered that makes a call for a page of another origin. */
export interface PageLeave {
  /** Which of the calls it is, from 0. */
  call: number;
  /** What came of the preflight request; null where nothing did. */
  preflight: { status: number; headers: CorsHeaders } | null;
  /** What came of the call itself, made once after it; null where it was not made, or nothing came. */
  answer: CorsHeaders | null;
  /** Why nothing came; empty where something did. */
  trouble: string;
}

/** Joins what several parts of a run were answered: what was the same is named once. */
export function mergeLeaves(
  a: readonly PageLeave[] = [],
  b: readonly PageLeave[] = [],
): { leaves?: PageLeave[] } {
  const byText = new Map([...a, ...b].map((leave) => [JSON.stringify(leave), leave]));
  if (byText.size === 0) return {};
  const sorted = [...byText].sort(([one], [other]) => compareTexts(one, other));
  return { leaves: sorted.map(([, leave]) => leave) };
}
