import { isDeepStrictEqual } from 'node:util';
import { isMap } from 'yaml';
import type { PathStep } from '../source-document.js';
import { CannotEdit } from './cannot-edit.js';
import { type FieldStep, keyOf, nodeOf, type Part, pairOf, partAt } from './field-path.js';
import { insertField } from './insert-field.js';
import {
  collectionOf,
  endOf,
  lineAfter,
  lineStart,
  type ObjectTree,
  readTree,
  startOf,
  unshared,
} from './object-tree.js';

/**
 * The text of an object with one field less, and without the mappings and lists around it that hold
 * nothing then. Where the field was put in by `insertField`, the text is the one before.
 *
 * @param base Leads to a mapping that stays.
 * @param steps From there to the field.
 * @returns null when the field is not there.
 * @throws CannotEdit when the text is written so that only this cannot be changed.
 */
export function removeField(
  text: string,
  base: readonly PathStep[],
  steps: readonly FieldStep[],
): string | null {
  const tree = readTree(text);
  const parts: Part[] = [];
  let node: unknown = tree.root;
  for (const step of [...base, ...steps]) {
    const part = partAt(collectionOf(node, String(parts.length)), step);
    if (part === null) return null;
    parts.push(part);
    node = nodeOf(part);
  }
  const value = String(node);
  const without = removable(parts, steps, base.length).flatMap((at) =>
    textsWithout(tree, parts, at),
  );
  // What was empty before it came stays; what came with it goes.
  const before = without.find((each) => insertField(each, base, steps, value) === text);
  const [largest] = without;
  const found = before ?? largest;
  if (found !== undefined) return found;
  throw new CannotEdit('the rule is written with anchors, aliases or merge keys');
}

/** Indices of the parts that may be left out, from the largest. */
function removable(parts: readonly Part[], steps: readonly FieldStep[], base: number): number[] {
  const found: number[] = [];
  for (let at = parts.length - 1; at >= base; at -= 1) {
    const around = at === base ? undefined : steps[at - 1 - base];
    const kept = typeof around === 'object' ? around.field : null;
    const part = parts[at];
    if (part === undefined) break;
    const isBare = othersOf(part, kept) === 0;
    // An item that has only what tells it from others would mean nothing.
    if (!isBare || kept === null) found.unshift(at);
    if (!isBare) break;
  }
  return found;
}

/** How many parts there are besides, and besides the field that tells an item. */
function othersOf({ of, index }: Part, kept: string | null): number {
  if (!isMap(of)) return of.items.length - 1;
  return of.items.filter((_, at) => at !== index && keyOf({ of, index: at }) !== kept).length;
}

/** The ways to leave out a part that keep everything else as it is. */
function textsWithout(tree: ObjectTree, parts: readonly Part[], at: number): string[] {
  const part = parts[at];
  if (part === undefined) return [];
  const expected = valueWithout(tree.value, parts.slice(0, at + 1).map(keyOf));
  return spansOf(tree.text, part)
    .map(([start, end]) => `${tree.text.slice(0, start)}${tree.text.slice(end)}`)
    .filter((text) => standsFor(text, expected));
}

function standsFor(text: string, expected: unknown): boolean {
  try {
    return isDeepStrictEqual(readTree(text).value, expected);
  } catch (error) {
    if (error instanceof CannotEdit) return false;
    throw error;
  }
}

function spansOf(text: string, part: Part): [start: number, end: number][] {
  const { of, index } = part;
  const start = startOfPart(part);
  const end = endOf(nodeOf(part) ?? pairOf(part)?.key);
  const isLast = index === of.items.length - 1;
  if (of.flow === true) {
    if (!isLast) return [[start, startOfPart({ ...part, index: index + 1 })]];
    if (index > 0) return [[endOf(nodeOf({ ...part, index: index - 1 })), end]];
    return [
      [startOf(of) + 1, endOf(of) - 1],
      [start, end],
    ];
  }
  // An empty collection in block style is none.
  if (of.items.length === 1) return [];
  const first = isMap(of) ? start : text.lastIndexOf('-', start - 1);
  const line = lineStart(text, first);
  const next = lineAfter(text, end);
  if (text.slice(line, first).trim() !== '')
    return [[first, next + (/^\s*/.exec(text.slice(next))?.[0].length ?? 0)]];
  if (next < text.length || text.endsWith('\n')) return [[line, next]];
  return [[line - (/\r?\n$/.exec(text.slice(0, line))?.[0].length ?? 0), next]];
}

function startOfPart(part: Part): number {
  return startOf(isMap(part.of) ? pairOf(part)?.key : nodeOf(part));
}

function valueWithout(value: unknown, keys: readonly PathStep[]): unknown {
  const changed = unshared(value);
  let node = changed as Record<PathStep, unknown>;
  for (const key of keys.slice(0, -1)) node = node[key] as Record<PathStep, unknown>;
  const last = keys.at(-1) ?? '';
  if (Array.isArray(node)) node.splice(Number(last), 1);
  else Reflect.deleteProperty(node, last);
  return changed;
}
