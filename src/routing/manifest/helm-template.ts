import { isCollection, isMap, isPair, isSeq } from 'yaml';

/** What to say of a text that Helm has yet to fill in. */
export const HELM_TEMPLATE_PROBLEM =
  'looks like a Helm template: run helm template first, and give what it prints';

/** How the actions begin that charts are made of; other tools put their own between the same braces. */
const ACTION =
  /\{\{-?\s*(?:[.$(]|(?:if|else|end|range|with|include|template|define|block|toYaml|tpl|printf|default|quote|required|lookup)\b)/;
/** With nothing before it on its line that could quote it. */
const UNQUOTED_ACTION = new RegExp(`^[^"'#\\n]*?${ACTION.source}`, 'm');

/** Whether a value is, or has in it, an action of Helm's. */
export function hasHelmAction(text: string): boolean {
  return text.includes('{{') && ACTION.test(text);
}

/**
 * Where a document that is no YAML, or strange, is so because of an action.
 * @returns The offset of the line, or `null`.
 */
export function helmActionOffset(text: string): number | null {
  if (!text.includes('{{')) return null;
  return UNQUOTED_ACTION.exec(text)?.index ?? null;
}

/** Whether a mapping is a key somewhere, which is how YAML understands two braces. */
export function hasMappingAsKey(node: unknown): boolean {
  if (isPair(node)) return isCollection(node.key) || hasMappingAsKey(node.value);
  return (isMap(node) || isSeq(node)) && node.items.some(hasMappingAsKey);
}
