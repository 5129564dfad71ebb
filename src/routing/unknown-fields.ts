import type { ManifestNode } from './manifest/manifest-node.js';
import { nearestName } from './manifest/nearest-name.js';
import type { Finding } from '../finding.js';
import { manifestFinding } from './manifest-finding.js';

/**
 * Fields that the API does not have. The API server drops them without a word, so a misspelt
 * `weight` would quietly count as none.
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
        summary: `${name} is no field here and is dropped when the object is applied${meant === null ? '' : `: did you mean ${meant}?`}`,
        place: field.place(),
      });
    });
}
