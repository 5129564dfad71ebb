import {
  type DescEnum,
  type DescField,
  type DescMessage,
  type JsonValue,
  ScalarType,
} from '@bufbuild/protobuf';
import { InputError } from '../../input-error.js';
import { nearestFirst } from '../nearest-first.js';
import { fieldNamed } from './fields.js';

/** Integers that the numbers of JSON, as JavaScript reads them, cannot all hold. */
const OF_64_BITS: readonly (ScalarType | undefined)[] = [
  ScalarType.INT64,
  ScalarType.UINT64,
  ScalarType.SINT64,
  ScalarType.FIXED64,
  ScalarType.SFIXED64,
];
/** Messages with a JSON form of their own, which the library looks at. */
const OWN_FORMS = 'google.protobuf.';

/**
 * Holds data against the message that they are to become, and tells what people get wrong, with its path.
 * What is left (a text for a number, say) the library tells when it encodes them.
 *
 * @param path To the data, as in `lines[0].price`; empty at the top.
 * @throws InputError for an unknown field or enum value, something that is no object where a message is, and
 *   integers that have lost their last digits.
 */
export function requireFitting(type: DescMessage, data: JsonValue, path = ''): void {
  if (type.typeName.startsWith(OWN_FORMS)) return;
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    const fields = fieldsOf(type, '');
    throw wrong(path, `a ${type.typeName} is an object, and this is ${shown(data)}; ${fields}`);
  }
  for (const [key, value] of Object.entries(data)) {
    // Extensions are named in brackets.
    if (key.startsWith('[')) continue;
    const field = fieldNamed(type, key);
    if (field === undefined) {
      throw wrong(path, `${type.typeName} has no field "${key}"; ${fieldsOf(type, key)}`);
    }
    if (value !== null) requireField(field, value, path === '' ? key : `${path}.${key}`);
  }
}

function requireField(field: DescField, value: JsonValue, path: string): void {
  switch (field.fieldKind) {
    case 'list':
      if (!Array.isArray(value))
        throw wrong(path, `a list is expected, and this is ${shown(value)}`);
      value.forEach((item, index) => {
        requireValue(field, item, `${path}[${index}]`);
      });
      break;
    case 'map':
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        throw wrong(path, `an object is expected, KEY to value, and this is ${shown(value)}`);
      }
      for (const [key, item] of Object.entries(value)) requireValue(field, item, `${path}.${key}`);
      break;
    default:
      requireValue(field, value, path);
  }
}

function requireValue(field: DescField, value: JsonValue, path: string): void {
  if (value === null) return;
  if (field.message !== undefined) requireFitting(field.message, value, path);
  else if (field.enum !== undefined) requireEnumValue(field.enum, value, path);
  else if (OF_64_BITS.includes(field.scalar)) requireWholeDigits(value, path);
}

function requireEnumValue(type: DescEnum, value: JsonValue, path: string): void {
  if (typeof value === 'number') return;
  const names = type.values.map(({ name }) => name);
  if (typeof value === 'string' && (names.includes(value) || type.typeName.startsWith(OWN_FORMS)))
    return;
  const known = nearestFirst(typeof value === 'string' ? value : '', names);
  throw wrong(path, `${shown(value)} is no value of ${type.typeName}: its values are ${known}`);
}

function requireWholeDigits(value: JsonValue, path: string): void {
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw wrong(
      path,
      'an integer above 2^53 loses its last digits as a number of JSON: write it as a text, "…"',
    );
  }
  if (typeof value === 'string' && !/^[-+]?\d+$/.test(value)) {
    throw wrong(path, `an integer is expected, and this is ${shown(value)}`);
  }
}

function fieldsOf({ typeName, fields }: DescMessage, name: string): string {
  const names = fields.map((field) => field.name);
  return `the fields of ${typeName} are: ${nearestFirst(name, names)}`;
}

function shown(value: JsonValue): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  return JSON.stringify(value);
}

function wrong(path: string, problem: string): InputError {
  return new InputError(path === '' ? problem : `${path}: ${problem}`, { path: '--data' });
}
