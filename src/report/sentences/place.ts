import type { Place } from '../../finding.js';

/** `vs.yaml:14 (document 2) spec.http[0].route[1].weight`, with the parts that are known. */
export function placeText(place: Place | null): string {
  if (place === null) return '';
  const { file, line, document, path } = place;
  const where = file === null ? '' : line === null ? file : `${file}:${line}`;
  const which = document === null ? '' : `(document ${document})`;
  return [where, which, path ?? ''].filter((part) => part !== '').join(' ');
}
