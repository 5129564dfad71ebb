import { isDeepStrictEqual } from 'node:util';
import { isMap } from 'yaml';
import type { PathStep } from '../source-document.js';
import { CannotEdit } from './cannot-edit.js';
import {
  type BlockStyle,
  blockLines,
  type Content,
  fieldText,
  flowText,
  type FlowStyle,
} from './content.js';
import {
  type Collection,
  contentFor,
  type FieldStep,
  keyOf,
  nodeOf,
  pairOf,
  partAt,
} from './field-path.js';
import {
  collectionOf,
  columnOf,
  endOf,
  lineAfter,
  lineStart,
  type ObjectTree,
  readTree,
  startOf,
  unshared,
} from './object-tree.js';
import { WrittenStyle } from './written-style.js';

/**
 * The text of an object with one field more. Nothing else of it changes: what is new stands on lines
 * of its own in block style, and as the first part of a collection in flow style.
 *
 * @param base Leads to a mapping that is there.
 * @param steps From there to the field; what is missing on the way is made.
 * @returns null when the field is there already.
 * @throws CannotEdit when the text is written so that only this cannot be changed.
 */
export function insertField(
  text: string,
  base: readonly PathStep[],
  steps: readonly FieldStep[],
  value: string,
): string | null {
  const tree = readTree(text);
  const written = new WrittenStyle(tree);
  const way = [...base, ...steps];
  const keys: PathStep[] = [];
  let node: unknown = tree.root;
  for (const [at, step] of way.entries()) {
    const within = collectionOf(node, nameOf(way[at - 1]));
    const part = partAt(within, step);
    if (part === null) {
      if (at < base.length) throw new CannotEdit('the rule is written with merge keys');
      const content = newPart(steps.slice(at - base.length), value);
      const isFlow = within.flow === true;
      const changed = isFlow
        ? inFlow(tree, written.flow, within, content)
        : inBlock(tree, written.block, within, content);
      const expected = valueWith(tree.value, keys, content, isFlow ? 0 : 1);
      if (isDeepStrictEqual(readTree(changed).value, expected)) return changed;
      throw new CannotEdit('the rule is written with anchors, aliases or merge keys');
    }
    keys.push(keyOf(part));
    node = nodeOf(part);
    written.learn(within, pairOf(part)?.key, node);
  }
  return null;
}

function nameOf(step: FieldStep | PathStep | undefined): string {
  if (step === undefined) return 'the object';
  return typeof step === 'object' ? step.value : String(step);
}

/** @param steps The first leads to nothing. */
function newPart(steps: readonly FieldStep[], value: string): Exclude<Content, string> {
  return contentFor(steps, value) as Exclude<Content, string>;
}

/** After the first part, whose line may begin with the dash of a list around it. */
function inBlock(
  { text, newline }: ObjectTree,
  style: BlockStyle,
  within: Collection,
  content: Exclude<Content, string>,
): string {
  const [first] = within.items;
  const column = columnOf(text, startOf(isMap(within) ? within.items[0]?.key : within));
  const last = isMap(within) ? (within.items[0]?.value ?? within.items[0]?.key) : first;
  const at = lineAfter(text, endOf(last));
  const lines = blockLines(content, style).map((line) => `${' '.repeat(column)}${line}`);
  const added = lines.join(newline);
  const before = text.slice(0, at);
  // The last line of the text may have no end.
  return before.endsWith('\n')
    ? `${before}${added}${newline}${text.slice(at)}`
    : `${before}${newline}${added}`;
}

function inFlow(
  { text, newline }: ObjectTree,
  style: FlowStyle,
  within: Collection,
  content: Exclude<Content, string>,
): string {
  const open = startOf(within) + 1;
  const [first] = within.items;
  if (first === undefined) {
    const part = partText(content, style, null);
    // Apart from the brackets, so that what was empty before can be told from what was not there.
    const isBare = open === endOf(within) - 1;
    return spliced(text, open, isBare ? ` ${part} ` : part);
  }
  const at = startOf(isMap(within) ? within.items[0]?.key : first);
  const between = text.slice(open, at);
  if (!between.includes('\n')) {
    const comma = style.compact ? ',' : ', ';
    return spliced(text, at, `${partText(content, style, null)}${comma}`);
  }
  const column = columnOf(text, at);
  const outer = /^[ \t]*/.exec(text.slice(lineStart(text, open)))?.[0].length ?? 0;
  const lines = { newline, column, indent: Math.max(1, column - outer) };
  const part = partText(content, style, lines);
  return spliced(text, at, `${part},${newline}${' '.repeat(column)}`);
}

function partText(
  content: Exclude<Content, string>,
  style: FlowStyle,
  lines: Parameters<typeof flowText>[2],
): string {
  if (Array.isArray(content)) return content.map((item) => flowText(item, style, lines)).join();
  return Object.entries(content)
    .map(([name, part]) => fieldText(name, part, style, lines))
    .join();
}

function spliced(text: string, at: number, added: string): string {
  return `${text.slice(0, at)}${added}${text.slice(at)}`;
}

/**
 * What the changed text must stand for; null where a merge key gives the field already.
 *
 * @param keys Lead to the collection that has something new.
 */
function valueWith(
  value: unknown,
  keys: readonly PathStep[],
  content: Exclude<Content, string>,
  index: number,
): unknown {
  const changed = unshared(value);
  let node = changed as Record<PathStep, unknown>;
  for (const key of keys) node = node[key] as Record<PathStep, unknown>;
  if (Array.isArray(node) && Array.isArray(content)) node.splice(index, 0, ...content);
  else if (Object.keys(content).some((name) => Object.hasOwn(node, name))) return null;
  else Object.assign(node, content);
  return changed;
}
