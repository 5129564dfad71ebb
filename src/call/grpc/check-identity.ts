import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import { InputError } from '../../input-error.js';
import type { IdentitySpec } from '../identity.js';
import { isIndex } from '../identity/value-at.js';

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
 * @throws InputError when no answer can have what the identity asks for; what there is, is named.
 */
export function checkIdentity({ source }: IdentitySpec, type: DescMessage): void {
  switch (source.kind) {
    case 'field':
      checkPath(source.path, type);
      break;
    case 'json':
    case 'html':
    case 'text':
    case 'greeter':
    case 'echo':
      if (!hasText(type)) throw wrong(`there is no text in ${type.typeName}: ${fieldsOf(type)}`);
      break;
    case 'bookinfo':
      throw wrong('bookinfo reads pages, which answer HTTP requests: name another source');
  }
}

function wrong(problem: string): InputError {
  return new InputError(problem, { path: '--identity' });
}

function checkPath(path: readonly string[], type: DescMessage): void {
  let message = type;
  for (let at = 0; at < path.length; at++) {
    if (FREE_FORM.includes(message.typeName)) return;
    const name = path[at]!;
    const field = message.fields.find((one) => one.name === name);
    if (field === undefined) {
      throw wrong(`${message.typeName} has no field "${name}": ${fieldsOf(message)}`);
    }
    if (field.fieldKind === 'list' || field.fieldKind === 'map') {
      at += 1;
      checkKey(field, path[at]);
    }
    const rest = path.slice(at + 1);
    const next = field.message;
    if (next === undefined || PLAIN.test(next.typeName)) {
      if (rest.length > 0) throw wrong(`"${name}" has no fields: drop ".${rest.join('.')}"`);
      checkValue(field, next);
      return;
    }
    if (rest.length === 0 && next.typeName !== ANY_JSON) {
      throw wrong(`"${name}" is a ${next.typeName}: name one of its fields; ${fieldsOf(next)}`);
    }
    message = next;
  }
}

function checkKey(field: DescField, key: string | undefined): void {
  const { name } = field;
  if (field.fieldKind === 'map') {
    if (key === undefined)
      throw wrong(`"${name}" is a map: name one of its keys, as in ${name}.KEY`);
    return;
  }
  if (key === undefined || !isIndex(key)) {
    throw wrong(`"${name}" is a list: say which element, from 0, as in ${name}.0`);
  }
}

function checkValue(field: DescField, wrapped: DescMessage | undefined): void {
  if ((wrapped?.fields[0] ?? field).scalar === ScalarType.BYTES) {
    throw wrong(`"${field.name}" holds bytes: name a field with a text, a number or an enum value`);
  }
}

function fieldsOf({ fields, typeName }: DescMessage): string {
  const names = fields.map(({ name }) => name).join(', ');
  return names === '' ? `${typeName} has no fields` : `the fields of ${typeName} are: ${names}`;
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
