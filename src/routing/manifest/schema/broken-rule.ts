import { isIP } from 'node:net';
import { ruleHolds } from './cel.js';
import { patternOf } from './pattern.js';
import { completed, shapeOf, type Shape, type ShapeReference } from './shape.js';

const MAX_SHOWN = 60;

/** Words that YAML 1.1, which kubectl reads, takes for true or false. */
const BOOLEAN_WORD = /^(?:y|yes|n|no|on|off)$/i;

/** Why a value is not of its type: `must be a string, not the number 5`; `null` when it is. */
export function wrongType(value: unknown, { type }: Shape): string | null {
  switch (type) {
    case undefined:
      return null;
    case 'array':
      return Array.isArray(value) ? null : mustBe('a list', value);
    case 'object':
      return typeof value === 'object' && !Array.isArray(value) ? null : mustBe('a mapping', value);
    case 'string':
      return typeof value === 'string' || value instanceof Date ? null : mustBe('a string', value);
    case 'boolean': {
      const isOne = typeof value === 'boolean' || BOOLEAN_WORD.test(String(value));
      return isOne ? null : mustBe('true or false', value);
    }
    case 'integer':
      return Number.isInteger(value) ? null : mustBe('a whole number', value);
    case 'number':
      return typeof value === 'number' ? null : mustBe('a number', value);
    default:
      return Number.isInteger(value) || typeof value === 'string'
        ? null
        : mustBe('a whole number or a string', value);
  }
}

function mustBe(expected: string, value: unknown): string {
  return `it must be ${expected}, not ${shown(value)}`;
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  const text = JSON.stringify(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

/**
 * The rule of a shape that a value of its type breaks, those of the parts left out.
 * @returns In one clause, or `null`.
 */
export function brokenRule(value: unknown, reference: ShapeReference): string | null {
  const shape = shapeOf(reference);
  const broken = brokenLimit(value, shape);
  if (broken !== null || !hasMore(shape)) return broken;
  const whole = completed(value, reference);
  const alternative = brokenAlternative(whole, shape);
  if (alternative !== null || shape.rules === undefined) return alternative;
  return shape.rules.find(([rule]) => !ruleHolds(rule, whole))?.[1] ?? null;
}

function hasMore({ oneOf, anyOf, not, rules }: Shape): boolean {
  return [oneOf, anyOf, not, rules].some((each) => each !== undefined);
}

function brokenLimit(value: unknown, shape: Shape): string | null {
  if (shape.enum !== undefined && !shape.enum.includes(value))
    return `it must be one of ${shape.enum.map(shown).join(', ')}, not ${shown(value)}`;
  if (typeof value === 'string') return brokenText(value, shape);
  if (typeof value === 'number') {
    const { minimum = -Infinity, maximum = Infinity } = shape;
    if (value < minimum) return `it must not be below ${minimum}, and is ${value}`;
    return value > maximum ? `it must not be above ${maximum}, and is ${value}` : null;
  }
  if (Array.isArray(value))
    return (
      outOf(value.length, 'items', shape.minItems, shape.maxItems) ?? repeated(value, shape.keys)
    );
  if (typeof value !== 'object' || value === null) return null;
  const missing = shape.required?.find((name) => !isGiven(value, name, shape));
  if (missing !== undefined) return `${missing} is missing`;
  return outOf(Object.keys(value).length, 'fields', shape.minProperties, shape.maxProperties);
}

function brokenText(
  value: string,
  { pattern, format, minLength, maxLength }: Shape,
): string | null {
  const length = outOf(value.length, 'characters', minLength, maxLength);
  if (length !== null) return length;
  if (format !== undefined && isIP(value) !== (format === 'ipv4' ? 4 : 6))
    return `${shown(value)} is no address of ${format === 'ipv4' ? 'IPv4' : 'IPv6'}`;
  if (pattern === undefined || patternOf(pattern).test(value)) return null;
  return `${shown(value)} does not match ${pattern}`;
}

function outOf(count: number, of: string, least = 0, most = Infinity): string | null {
  if (count < least) return `it must have at least ${least} ${of}, and has ${count}`;
  return count > most ? `it must have at most ${most} ${of}, and has ${count}` : null;
}

/** A field, or one that the server fills in. */
function isGiven(value: object, name: string, { properties }: Shape): boolean {
  if (has(value, name)) return true;
  const reference = properties?.[name];
  return reference !== undefined && shapeOf(reference).default !== undefined;
}

function has(value: object, name: string): boolean {
  const field: unknown = (value as Record<string, unknown>)[name];
  return field !== null && field !== undefined;
}

function repeated(items: readonly unknown[], keys: readonly string[] | undefined): string | null {
  if (keys === undefined) return null;
  const seen = new Set<string>();
  for (const item of items) {
    const parts =
      keys.length === 0 || typeof item !== 'object' || item === null
        ? item
        : keys.map((key) => (item as Record<string, unknown>)[key] ?? null);
    const text = JSON.stringify(parts);
    if (seen.has(text))
      return `two of its items have the same ${keys.length === 0 ? 'value' : keys.join(' and ')}`;
    seen.add(text);
  }
  return null;
}

function brokenAlternative(value: unknown, shape: Shape): string | null {
  if (holdsAlternatives(value, shape)) return null;
  const names = [...new Set([shape.oneOf, shape.anyOf].flatMap((each) => namesIn(each ?? [])))];
  return names.length === 0
    ? 'its fields cannot be together'
    : `it must have one of ${names.join(', ')}, and not several of them`;
}

function holdsAlternatives(value: unknown, { oneOf, anyOf, not }: Shape): boolean {
  if (oneOf !== undefined && oneOf.filter((each) => satisfies(value, each)).length !== 1)
    return false;
  if (anyOf?.some((each) => satisfies(value, each)) === false) return false;
  return not === undefined || !satisfies(value, not);
}

/** Alternatives ask for fields and what they hold, at any depth, and not for types. */
function satisfies(value: unknown, shape: Shape): boolean {
  if (value === null || value === undefined) return true;
  if (brokenLimit(value, shape) !== null || !holdsAlternatives(value, shape)) return false;
  const parts = Object.entries(shape.properties ?? {});
  return parts.every(([name, part]) =>
    satisfies((value as Record<string, unknown>)[name], shapeOf(part)),
  );
}

function namesIn(alternatives: readonly Shape[]): string[] {
  return alternatives.flatMap(({ required, properties, oneOf, anyOf }) => [
    ...(required ?? []),
    ...namesIn(Object.values(properties ?? {}).map(shapeOf)),
    ...namesIn(oneOf ?? []),
    ...namesIn(anyOf ?? []),
  ]);
}
