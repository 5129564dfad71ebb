import { isDeepStrictEqual } from 'node:util';

import { formatPlace } from '../input-error.js';
import { objectKey, type ManifestObject } from './manifest/manifest-object.js';

/**
 * Drops objects given more than once word for word.
 * @throws InputError when two objects share a name and differ: a cluster holds only one of them.
 */
export function withoutDuplicates<T extends ManifestObject>(objects: readonly T[]): T[] {
  const byKey = new Map<string, T>();
  for (const object of objects) {
    const key = `${object.kind}.${object.group} ${objectKey(object)}`;
    const before = byKey.get(key);
    if (before === undefined) byKey.set(key, object);
    else if (!isDeepStrictEqual(before.node.value, object.node.value))
      throw object.node.error(
        `${object.kind} ${objectKey(object)} is given twice, and differs from ${formatPlace(before.node.place())}: leave one of them out`,
      );
  }
  return [...byKey.values()];
}
