import { KINDS, SHAPES } from './generated.js';

/** A shape's number, or the name of a type of which no more is known. */
export type ShapeReference = number | string;

/** What an API server knows of a value: a JSON schema of few words. */
export interface Shape {
  /** `object`, `array`, `string`, `integer`, `number`, `boolean` or `integer or string`. */
  readonly type?: string;
  /** The fields that there are, by name. */
  readonly properties?: Readonly<Record<string, ShapeReference>>;
  /** Of fields with any name. */
  readonly any?: ShapeReference;
  readonly items?: ShapeReference;
  /** Fields that only servers with the CRDs of the experimental channel know. */
  readonly experimental?: readonly string[];
  readonly required?: readonly string[];
  readonly enum?: readonly unknown[];
  /** A regular expression of RE2, searched for. */
  readonly pattern?: string;
  readonly format?: 'ipv4' | 'ipv6';
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  /** Fields that no two items of the list share all of; empty: the items are compared whole. */
  readonly keys?: readonly string[];
  readonly oneOf?: readonly Shape[];
  readonly anyOf?: readonly Shape[];
  readonly not?: Shape;
  /** In CEL, each with what the server says where it does not hold. */
  readonly rules?: readonly (readonly [rule: string, message: string])[];
  readonly default?: unknown;
}

const known = new Map<ShapeReference, Shape>();

/** The shape that a reference is to; read when it is first asked for. */
export function shapeOf(reference: ShapeReference): Shape {
  const found = known.get(reference);
  if (found !== undefined) return found;
  const shape = readShape(reference);
  known.set(reference, shape);
  return shape;
}

function readShape(reference: ShapeReference): Shape {
  if (typeof reference === 'string') return reference === 'any' ? {} : { type: reference };
  return JSON.parse(SHAPES[reference] ?? '{}') as Shape;
}

/**
 * The shape of a kind's objects; where the version is not known, that of another version of its group.
 * @returns `null` when nothing is known of the kind.
 */
export function shapeOfKind(apiVersion: string, kind: string): ShapeReference | null {
  const own = KINDS[`${apiVersion} ${kind}`];
  if (own !== undefined) return own;
  const group = apiVersion.slice(0, apiVersion.indexOf('/') + 1);
  const other = Object.keys(KINDS).find(
    (name) => name.startsWith(group) && name.endsWith(` ${kind}`),
  );
  return other === undefined ? null : (KINDS[other] ?? null);
}

const withDefaults = new Map<ShapeReference, boolean>();

function hasDefaults(reference: ShapeReference): boolean {
  const found = withDefaults.get(reference);
  if (found !== undefined) return found;
  withDefaults.set(reference, false);
  const { default: own, properties, any, items } = shapeOf(reference);
  const parts = [...Object.values(properties ?? {}), any, items];
  const has = own !== undefined || parts.some((part) => part !== undefined && hasDefaults(part));
  withDefaults.set(reference, has);
  return has;
}

/** A value as the server completes it before its rules are asked: with the defaults of absent fields. */
export function completed(value: unknown, reference: ShapeReference): unknown {
  if (!hasDefaults(reference)) return value;
  const { default: own, properties, any, items } = shapeOf(reference);
  const given = value ?? own;
  if (Array.isArray(given))
    return items === undefined ? given : given.map((item: unknown) => completed(item, items));
  if (typeof given !== 'object' || given === null) return given;
  const whole: Record<string, unknown> = { ...given };
  for (const [name, part] of Object.entries(properties ?? {})) {
    const field = completed(whole[name], part);
    if (field !== undefined && field !== null) whole[name] = field;
  }
  if (any !== undefined)
    for (const [name, part] of Object.entries(whole)) whole[name] = completed(part, any);
  return whole;
}
