/** Two destinations by name, or those that the manifests call stable and canary. */
export type ComparedDestinations =
  { kind: 'named'; candidate: string; baseline: string } | { kind: 'auto' };

/** Reads `v2:v1`, the candidate first, or `auto`; null for anything else. */
export function parseComparedDestinations(text: string): ComparedDestinations | null {
  if (text === 'auto') return { kind: 'auto' };
  const [candidate = '', baseline = '', ...others] = text.split(':').map((name) => name.trim());
  if (candidate === '' || baseline === '' || others.length > 0) return null;
  return { kind: 'named', candidate, baseline };
}
