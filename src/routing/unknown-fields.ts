import type { ManifestNode } from './manifest/manifest-node.js';
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
    .map(([name, field]) => {
      const meant = nearestName(name, known);
      return manifestFinding({
        code: 'unknown-field',
        summary: `the API has no field ${name} here and drops it when the object is applied${meant === null ? '' : `: did you mean ${meant}?`}`,
        place: field.place(),
      });
    });
}
