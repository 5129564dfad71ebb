import type { MatchedRule } from '../first-match.js';
import { CannotEdit } from '../manifest/edit/cannot-edit.js';
import { insertField } from '../manifest/edit/insert-field.js';
import { objectText } from '../manifest/edit/object-text.js';
import { removeField } from '../manifest/edit/remove-field.js';
import type { HeaderPlace } from './header-place.js';
import { IDENTITY_HEADER } from './identity-header.js';

/** What became of a user's object. */
export interface EditedObject {
  text: string;
  /**
   * `none`: the rule has the header already, or has none to take away; `by-destination`: its
   * destinations set it, which is left as it is.
   */
  change: 'made' | 'none' | 'by-destination';
}

/**
 * A user's object with the header on its rule, or without it.
 *
 * @throws InputError when the text is written so that this alone cannot be changed.
 */
export function editedObject(
  place: HeaderPlace,
  { rule }: MatchedRule,
  undo: boolean,
): EditedObject {
  const { node, base, steps, value } = place;
  if (node.field('kind').absent || node.field('apiVersion').absent)
    throw node.error(
      'the item does not say its kind and apiVersion, as kubectl needs: kubectl get -o yaml writes them',
    );
  try {
    const text = objectText(node);
    if (setByDestination(rule.node.value)) return { text, change: 'by-destination' };
    const changed = undo ? removeField(text, base, steps) : insertField(text, base, steps, value);
    return changed === null ? { text, change: 'none' } : { text: changed, change: 'made' };
  } catch (error) {
    if (!(error instanceof CannotEdit)) throw error;
    throw rule.node.error(
      `${error.message}, so nothing can be put there without changing more: write it out, or set the response header by hand, ${IDENTITY_HEADER}: ${value}`,
    );
  }
}

/** Whether a destination of the rule sets the header for itself. */
function setByDestination(rule: unknown): boolean {
  const { route, backendRefs } = rule as { route?: unknown; backendRefs?: unknown };
  return namesHeader(route) || namesHeader(backendRefs);
}

function namesHeader(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(
    ([name, part]) =>
      name.toLowerCase() === IDENTITY_HEADER ||
      (name === 'name' && typeof part === 'string' && part.toLowerCase() === IDENTITY_HEADER) ||
      namesHeader(part),
  );
}
