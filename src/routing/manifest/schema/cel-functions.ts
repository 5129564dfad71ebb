import { isIP } from 'node:net';
import { durationMs } from '../duration.js';
import { patternOf } from './pattern.js';

/** Whether two values are alike, by what they hold. */
export function equal(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

/** Whether a list has an item, or a mapping a name. */
export function isIn(item: unknown, container: unknown): boolean {
  if (Array.isArray(container)) return container.some((each) => equal(each, item));
  if (typeof container === 'object' && container !== null)
    return Object.hasOwn(container, String(item));
  throw new Error('no container');
}

/** @param operator `<`, `<=`, `>` or `>=`. */
export function ordered(operator: string, one: unknown, other: unknown): boolean {
  if (typeof one !== 'number' || typeof other !== 'number') throw new Error('no numbers');
  switch (operator) {
    case '<':
      return one < other;
    case '<=':
      return one <= other;
    case '>':
      return one > other;
    default:
      return one >= other;
  }
}

/** `size(x)`, `isIP(x)`, and `duration(x)` in milliseconds: what is none is below all others, so that no rule that wants one holds. */
export function callFunction(name: string, given: readonly unknown[]): unknown {
  const [value] = given;
  if (name === 'size') return sizeOf(value);
  if (name === 'isIP' && typeof value === 'string') return isIP(value) !== 0;
  if (name === 'duration' && typeof value === 'string') return durationMs(value) ?? -Infinity;
  throw new Error(`${name} is not known`);
}

/** `x.size()`, `x.matches(y)` and their like. */
export function callMethod(name: string, of: unknown, given: readonly unknown[]): unknown {
  if (name === 'size') return sizeOf(of);
  if (typeof of !== 'string') throw new Error('no string');
  const [first, second] = given;
  if (name === 'substring')
    return of.slice(Number(first), second === undefined ? undefined : Number(second));
  if (typeof first !== 'string') throw new Error('no string');
  switch (name) {
    case 'contains':
      return of.includes(first);
    case 'startsWith':
      return of.startsWith(first);
    case 'endsWith':
      return of.endsWith(first);
    case 'split':
      return of.split(first);
    case 'matches':
      return patternOf(first).test(of);
    default:
      throw new Error(`${name} is not known`);
  }
}

function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (Array.isArray(value)) return value.length;
  if (typeof value === 'object' && value !== null) return Object.keys(value).length;
  throw new Error('no size');
}
