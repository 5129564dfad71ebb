import type { KnownFields } from './manifest/known-fields/known-fields.js';
import type { ManifestNode } from './manifest/manifest-node.js';
import { nearestName } from './manifest/nearest-name.js';
import type { PathStep } from './manifest/source-document.js';
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
  const path: PathStep[] = [];
  const look = (value: unknown, fields: KnownFields): void => {
    if (typeof value !== 'object' || value === null) return;
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) {
        path.push(index);
        look(item, fields);
        path.pop();
      }
      return;
    }
    for (const name of Object.keys(value)) {
      const below = Object.hasOwn(fields, name) ? fields[name] : fields['*'];
      path.push(name);
      if (below === undefined)
        findings.push(unknownField(name, node.at(path), Object.keys(fields)));
      else if (below !== null) look((value as Record<string, unknown>)[name], below);
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
