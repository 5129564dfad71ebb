import { compareTexts } from './key-sums.js';

/** How a control plane has a call split. */
export type ToldShares = { name: string; share: number }[];

/** What a control plane did while the sample was taken. Times are ms since 1970. */
export interface ControlPlaneCounts {
  /** As it is written: `127.0.0.1:15010`, `unix:/etc/istio/proxy/XDS`. */
  server: string;
  /** Calls that it had split otherwise. */
  changes: { call: number; atMs: number; before: ToldShares; after: ToldShares }[];
  /** Stretches without it; null: it did not come back. */
  losses: { fromMs: number; untilMs: number | null; why: string }[];
  /** What it told and clients could not use, or took back, and why. */
  unusable: { atMs: number; what: string; why: string }[];
}

/** Joins what several parts of a run saw of theirs: each has streams of its own. */
export function mergeControlPlanes(
  a: readonly ControlPlaneCounts[] = [],
  b: readonly ControlPlaneCounts[] = [],
): { controlPlanes?: ControlPlaneCounts[] } {
  if (a.length + b.length === 0) return {};
  const keyed = [...a, ...b].map((one) => [JSON.stringify(one), one] as const);
  return {
    controlPlanes: keyed.sort(([one], [other]) => compareTexts(one, other)).map(([, one]) => one),
  };
}
