import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import { InputError } from '../../input-error.js';
import type { IdentitySpec } from '../identity.js';
import { isIndex } from '../identity/value-at.js';
import { nearestFirst } from '../nearest-first.js';
import { fieldNamed, whereFieldIs } from './fields.js';

/** Messages whose JSON form is not an object of their fields: what stands in it is seen in answers only. */
const FREE_FORM: readonly string[] = [
  'google.protobuf.Any',
  'google.protobuf.Struct',
  'google.protobuf.Value',
  'google.protobuf.ListValue',
];
/** Of these, the one that may be a plain value itself. */
const ANY_JSON = 'google.protobuf.Value';
/** Messages whose JSON form is a text, a number or a truth value (the protobuf documentation, ProtoJSON). */
const PLAIN =
  /^google\.protobuf\.(?:Timestamp|Duration|FieldMask|(?:Bytes|Double|Float|U?Int(?:32|64)|Bool|String)Value)$/;

/**
 * Holds an identity against the message that answers are.
 *
 * @param type The method's reply message.
 * @returns The identity, its fields named as in the contract: `podName` is `pod_name`.
 * @throws InputError when no answer can have what the identity asks for; what there is, is named.
 */
export function checkedIdentity(identity: IdentitySpec, type: DescMessage): IdentitySpec {
  const { source } = identity;
  switch (source.kind) {
    case 'field':
      return { ...identity, source: { kind: 'field', path: checkedPath(source.path, type) } };
    case 'json':
    case 'html':
    case 'text':
    case 'greeter':
    case 'echo':
      if (!hasText(type)) throw wrong(`there is no text in ${type.typeName}: ${fieldsOf(type)}`);
      return identity;
    case 'bookinfo':
      throw wrong('bookinfo reads pages, which answer HTTP requests: name another source');
    default:
      return identity;
  }
}

function wrong(problem: string): InputError {
  return new InputError(problem, { path: '--identity' });
}

/** @returns The path by the names of the contract; what is in messages of any form stays as it is written. */
function checkedPath(path: readonly string[], type: DescMessage): string[] {
  const checked: string[] = [];
  let message = type;
  for (let at = 0; at < path.length; at++) {
    if (FREE_FORM.includes(message.typeName)) return [...checked, ...path.slice(at)];
    const name = path[at]!;
    const field = fieldNamed(message, name);
    if (field === undefined) throw wrong(missingField(message, name, checked));
    checked.push(field.name);
    if (field.fieldKind === 'list' || field.fieldKind === 'map') {
      at += 1;
      checked.push(checkedKey(field, path[at]));
    }
    const rest = path.slice(at + 1);
    const next = field.message;
    if (next === undefined || PLAIN.test(next.typeName)) {
      if (rest.length > 0) throw wrong(`"${name}" has no fields: drop ".${rest.join('.')}"`);
      checkValue(field, next);
      return checked;
    }
    if (rest.length === 0 && next.typeName !== ANY_JSON) {
      throw wrong(`"${name}" is a ${next.typeName}: ${insteadOf(next, checked)}`);
    }
    message = next;
  }
  return checked;
}

/** @param way To the message, as far as it is right. */
function missingField(message: DescMessage, name: string, way: readonly string[]): string {
  const inside = whereFieldIs(message, name);
  const hint = inside === null ? '' : `; did you mean field:${[...way, ...inside].join('.')}?`;
  return `${message.typeName} has no field "${name}"${hint}: ${fieldsOf(message, name)}`;
}

/** What to write in place of a message. */
function insteadOf(message: DescMessage, way: readonly string[]): string {
  if (FREE_FORM.includes(message.typeName)) {
    return `name what stands in it, as in field:${[...way, 'KEY'].join('.')}`;
  }
  const [first] = message.fields;
  const example = first === undefined ? '' : `, as in field:${[...way, first.name].join('.')}`;
  return `name one of its fields${example}; ${fieldsOf(message)}`;
}

function checkedKey(field: DescField, key: string | undefined): string {
  const { name } = field;
  if (field.fieldKind === 'map') {
    if (key === undefined)
      throw wrong(`"${name}" is a map: name one of its keys, as in ${name}.KEY`);
    return key;
  }
  if (key === undefined || !isIndex(key)) {
    throw wrong(`"${name}" is a list: say which element, from 0, as in ${name}.0`);
  }
  return key;
}

function checkValue(field: DescField, wrapped: DescMessage | undefined): void {
  if ((wrapped?.fields[0] ?? field).scalar === ScalarType.BYTES) {
    throw wrong(`"${field.name}" holds bytes: name a field with a text, a number or an enum value`);
  }
}

/** @param name Those spelt like it come first; by themselves they stand as in the contract. */
function fieldsOf({ fields, typeName }: DescMessage, name = ''): string {
  if (fields.length === 0) return `${typeName} has no fields`;
  const names = nearestFirst(
    name,
    fields.map((field) => field.name),
  );
  return `the fields of ${typeName} are: ${names}`;
}

/** Whether there can be a text anywhere in a message. */
function hasText(type: DescMessage, seen = new Set<DescMessage>()): boolean {
  if (FREE_FORM.includes(type.typeName) || PLAIN.test(type.typeName)) return true;
  if (seen.has(type)) return false;
  seen.add(type);
  return type.fields.some(
    (field) =>
      field.scalar === ScalarType.STRING ||
      field.enum !== undefined ||
      (field.message !== undefined && hasText(field.message, seen)),
  );
}
