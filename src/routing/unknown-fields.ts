import type { KnownFields } from './manifest/known-fields/known-fields.js';
import { ManifestNode } from './manifest/manifest-node.js';
import { nearestName } from './manifest/nearest-name.js';
import type { Finding } from '../finding.js';
import { manifestFinding } from './manifest-finding.js';

/**
 * Fields that the API does not have. The API server drops them silently, so a misspelt `weight`
 * would count as none.
 * @param known Every field the API has at this place.
 */
export function unknownFields(node: ManifestNode, known: readonly string[]): Finding[] {
  return node
    .fields()
    .filter(([name]) => !known.includes(name))
    .map(([name, field]) => unknownField(name, field, known));
}

/**
 * The same at any depth.
 * @param known What the API has below the node.
 */
export function unknownFieldsBelow(node: ManifestNode, known: KnownFields): Finding[] {
  const findings: Finding[] = [];
  const path = [...node.path];
  const look = (value: unknown, fields: KnownFields): void => {
    if (typeof value !== 'object' || value === null) return;
    const entries: readonly [string | number, unknown][] = Array.isArray(value)
      ? [...value.entries()]
      : Object.entries(value);
    for (const [name, part] of entries) {
      path.push(name);
      const below = typeof name === 'number' ? fields : (fields[name] ?? fields['*']);
      if (typeof name === 'number' || Object.hasOwn(fields, name) || below !== undefined) {
        if (below !== null && below !== undefined) look(part, below);
      } else {
        const field = new ManifestNode(node.source, part, [...path]);
        findings.push(unknownField(name, field, Object.keys(fields)));
      }
      path.pop();
    }
  };
  look(node.value, known);
  return findings;
}

function unknownField(name: string, field: ManifestNode, known: readonly string[]): Finding {
  const meant = nearestName(name, known);
  return manifestFinding({
    code: 'unknown-field',
    summary: `the API has no field ${name} here and drops it when the object is applied${meant === null ? '' : `: did you mean ${meant}?`}`,
    place: field.place(),
  });
}
