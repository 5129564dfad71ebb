import type { Place } from '../finding.js';
import type { InputPlace } from '../input-error.js';

/** The place of a finding as an `InputError` takes it. */
export function inputPlace(place: Place | null): InputPlace {
  if (place === null) return {};
  const { file, line, column, document, path } = place;
  return {
    ...(file === null ? {} : { file }),
    ...(line === null ? {} : { line }),
    ...(column === null ? {} : { column }),
    ...(document === null ? {} : { document }),
    ...(path === null ? {} : { path }),
  };
}
