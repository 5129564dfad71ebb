import { isMap, isScalar, isSeq, type Pair, type YAMLMap, type YAMLSeq } from 'yaml';
import type { PathStep } from '../source-document.js';
import { CannotEdit } from './cannot-edit.js';
import type { Content } from './content.js';

/** The item of a list that has this value in this field. */
export interface ItemWith {
  field: string;
  value: string;
}

/** A field's name, or an item by what it is. Names of headers have no case, so none is looked at. */
export type FieldStep = string | ItemWith;

export type Collection = YAMLMap | YAMLSeq;

/** A part of a mapping or list. */
export type Part = { of: YAMLMap; index: number } | { of: YAMLSeq; index: number };

/**
 * The part of a collection that a step leads to.
 *
 * @returns null where there is none.
 * @throws CannotEdit when the collection is of the other kind.
 */
export function partAt(of: Collection, step: FieldStep | PathStep): Part | null {
  if (isMap(of)) {
    if (typeof step !== 'string') throw new CannotEdit('a mapping stands where a list is expected');
    const index = of.items.findIndex(({ key }) => sameName(textOf(key), step));
    return index < 0 ? null : { of, index };
  }
  if (typeof step === 'string') throw new CannotEdit('a list stands where a mapping is expected');
  if (typeof step === 'number') return step < of.items.length ? { of, index: step } : null;
  const index = of.items.findIndex((item) => isMap(item) && hasValue(item, step));
  return index < 0 ? null : { of, index };
}

/** The node of a part. */
export function nodeOf({ of, index }: Part): unknown {
  return isMap(of) ? of.items[index]?.value : of.items[index];
}

/** A field of a mapping. */
export function pairOf({ of, index }: Part): Pair | null {
  return isMap(of) ? (of.items[index] ?? null) : null;
}

/** A field's name as it is written, or an item's index. */
export function keyOf({ of, index }: Part): PathStep {
  return isMap(of) ? (textOf(of.items[index]?.key) ?? '') : index;
}

/** What is to be written for the steps that lead to nothing yet. */
export function contentFor(steps: readonly FieldStep[], value: string): Content {
  const [step, ...rest] = steps;
  if (step === undefined) return value;
  const part = contentFor(rest, value);
  if (typeof step === 'string') return { [step]: part };
  return [{ [step.field]: step.value, ...(part as Record<string, Content>) }];
}

function hasValue(item: YAMLMap, { field, value }: ItemWith): boolean {
  return item.items.some(
    (pair) => textOf(pair.key) === field && sameName(textOf(pair.value), value),
  );
}

function sameName(one: string | null, other: string): boolean {
  return one?.toLowerCase() === other.toLowerCase();
}

function textOf(node: unknown): string | null {
  return isScalar(node) ? String(node.value) : null;
}

export function isCollection(node: unknown): node is Collection {
  return isMap(node) || isSeq(node);
}
