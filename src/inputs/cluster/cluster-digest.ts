import { createHash } from 'node:crypto';
import type { ClusterObject } from './cluster-object.js';

/**
 * SHA-256 over objects, whatever the order of them and of their fields: `sha256:HEX`. Fields are sorted and
 * nothing stands between them, as RFC 8785 has it; objects stand in a list, sorted by their texts.
 */
export function digestOf(objects: readonly ClusterObject[]): string {
  const texts = objects.map(canonicalJson).sort();
  return `sha256:${createHash('sha256')
    .update(`[${texts.join(',')}]`)
    .digest('hex')}`;
}

function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value)
    .filter(([, part]) => part !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${fields.map(([name, part]) => `${JSON.stringify(name)}:${canonicalJson(part)}`).join(',')}}`;
}
