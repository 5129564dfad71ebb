import type { ManifestNode } from './manifest-node.js';

const UNIT_MS: Readonly<Record<string, number>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
  ms: 1,
  us: 0.001,
  µs: 0.001,
  ns: 0.000_001,
};

/**
 * Reads a duration as the APIs write it: `10s`, `1.5s`, `1h30m`, `250ms`.
 * @returns Milliseconds, or `null` when absent.
 * @throws InputError when it is none.
 */
export function readDurationMs(node: ManifestNode): number | null {
  const text = node.optionalString();
  if (text === null) return null;
  const milliseconds = durationMs(text);
  if (milliseconds === null)
    throw node.error(`must be a duration such as 10s or 250ms, not "${text}"`);
  return milliseconds;
}

/** A duration in milliseconds; `null` when the text is none. */
export function durationMs(text: string): number | null {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|us|µs|ns|h|m|s)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text) return null;
  return parts.reduce(
    (sum, [, value, unit]) => sum + Number(value) * (UNIT_MS[unit ?? ''] ?? 0),
    0,
  );
}
