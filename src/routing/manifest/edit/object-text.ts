import { isDeepStrictEqual } from 'node:util';
import { CannotEdit } from './cannot-edit.js';
import type { ManifestNode } from '../manifest-node.js';
import { nodeOf, partAt } from './field-path.js';
import {
  collectionOf,
  columnOf,
  endOf,
  lineAfter,
  lineStart,
  readTree,
  startOf,
} from './object-tree.js';

/** `---` with nothing behind it. */
const MARKER = /^---[ \t]*\r?\n/;

/**
 * An object as it stands in its file: the document without its `---`; of a List the item alone, moved
 * to the left.
 *
 * @throws CannotEdit when it cannot stand by itself.
 */
export function objectText({ source, path, value }: ManifestNode): string {
  const document = source.text.replace(MARKER, '');
  if (path.length === 0) return document;
  const text = itemText(document, path);
  if (!isDeepStrictEqual(readTree(text).value, value))
    throw new CannotEdit('the object is written with parts that stand elsewhere in the file');
  return text;
}

function itemText(document: string, path: ManifestNode['path']): string {
  let node: unknown = readTree(document).root;
  for (const step of path) {
    const part = partAt(collectionOf(node, String(step)), step);
    if (part === null) throw new CannotEdit('the object is written with merge keys');
    node = nodeOf(part);
  }
  const item = collectionOf(node, 'the object');
  const start = startOf(item);
  if (item.flow === true) {
    const before = /^[ \t]*/.exec(document.slice(lineStart(document, start)))?.[0].length ?? 0;
    return `${movedLeft(document.slice(start, endOf(item)), before)}\n`;
  }
  const text = document.slice(start, lineAfter(document, endOf(item)));
  return movedLeft(text, columnOf(document, start));
}

function movedLeft(text: string, columns: number): string {
  const spaces = new RegExp(`^[ \\t]{1,${Math.max(1, columns)}}`);
  const [first = '', ...others] = text.split('\n');
  return [first, ...others.map((line) => (columns > 0 ? line.replace(spaces, '') : line))].join(
    '\n',
  );
}
