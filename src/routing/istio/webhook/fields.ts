import type { PathStep } from '../../manifest/source-document.js';
import type { Refusal } from '../../refusal.js';

/** A mapping of an object whose types are right already. */
export type Fields = Readonly<Record<string, unknown>>;

/** Where a part stands, below the object. */
export type Path = readonly PathStep[];

/** What the webhook has against a part of an object, one after the other. */
export type Refusals = Generator<Refusal, void, undefined>;

export function refusal(path: Path, rule: string): Refusal {
  return { path, by: 'Istio', rule };
}

/** Of something that Istio resolves all the same, where its webhook is not asked. */
export function knownRefusal(path: Path, rule: string): Refusal {
  return { ...refusal(path, rule), isKnown: true };
}

/** A mapping; empty when it is absent. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : {};
}

export function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** A list; empty when it is absent. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The strings of a list, each with its path. */
export function textsOf(value: unknown, path: Path): readonly (readonly [string, Path])[] {
  return listOf(value).map((text, index) => [textOf(text), [...path, index]]);
}

/** The mappings of a list, each with its path. */
export function itemsOf(value: unknown, path: Path): readonly (readonly [Fields, Path])[] {
  return listOf(value).map((item, index) => [fieldsOf(item), [...path, index]]);
}

/** A string; empty when it is absent, as in protobuf. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** A number; 0 when it is absent, as in protobuf. */
export function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
