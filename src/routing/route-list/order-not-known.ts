import { type ManifestObject, objectKey } from '../manifest/manifest-object.js';

/** As many objects as one sentence can name. */
const MAX_NAMED = 3;

/** What is to be said where the ages of objects decide in which order their rules are tried. */
export function orderNotKnown(rivals: readonly ManifestObject[]): string[] {
  if (rivals.length < 2) return [];
  const named = rivals.slice(0, MAX_NAMED).map(objectKey).join(', ');
  const more = rivals.length > MAX_NAMED ? ` and ${rivals.length - MAX_NAMED} more` : '';
  return [
    `the older object comes first, and the manifests do not say which of ${named}${more} is older: they are listed by name`,
  ];
}
