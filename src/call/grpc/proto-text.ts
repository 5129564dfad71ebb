import {
  type DescEnum,
  type DescEnumValue,
  type DescExtension,
  type DescField,
  type DescMessage,
  type DescMethod,
  type DescOneof,
  type DescService,
  isFieldSet,
  type Message,
  ScalarType,
} from '@bufbuild/protobuf';
import { protoCamelCase, reflect, type ReflectMessage } from '@bufbuild/protobuf/reflect';
import {
  Edition,
  EnumOptionsSchema,
  EnumValueOptionsSchema,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
  FieldDescriptorProtoSchema,
  FieldOptionsSchema,
  MessageOptionsSchema,
  MethodOptionsSchema,
  ServiceOptionsSchema,
} from '@bufbuild/protobuf/wkt';
import { methodHead } from './method.js';
import type { ContractSymbol } from './symbol.js';

const STEP = '  ';
/** The last number a field may have, and a value of an enum (the language specification: `max`). */
const MOST_FIELD_NUMBER = 536_870_911;
const MOST_ENUM_NUMBER = 2_147_483_647;

/**
 * What something in a contract is, and its source in protobuf's language, in the form that grpcurl has it: full
 * names, fields by number, methods and nested types by name. Options of the contract's own are left out, and so
 * are comments.
 *
 * @returns Lines without their ends.
 */
export function describedSymbol(symbol: ContractSymbol): string[] {
  return [`${nameOf(symbol)} is ${whatIs(symbol)}:`, ...sourceOf(symbol)];
}

function nameOf(symbol: ContractSymbol): string {
  switch (symbol.kind) {
    case 'rpc':
    case 'field':
    case 'oneof':
    case 'enum_value':
      return `${symbol.parent.typeName}.${symbol.name}`;
    default:
      return symbol.typeName;
  }
}

function whatIs(symbol: ContractSymbol): string {
  switch (symbol.kind) {
    case 'service':
      return 'a service';
    case 'rpc':
      return 'a method';
    case 'message':
      return groupFieldOf(symbol) === undefined ? 'a message' : 'the type of a group field';
    case 'map_entry':
      return 'the entry type for a map field';
    case 'enum':
      return 'an enum';
    case 'enum_value':
      return 'an enum value';
    case 'oneof':
      return 'a one-of';
    case 'field':
      return isGroup(symbol) ? 'a group field' : 'a field';
    case 'extension':
      return 'an extension';
  }
}

function sourceOf(symbol: ContractSymbol): string[] {
  switch (symbol.kind) {
    case 'service':
      return serviceSource(symbol);
    case 'rpc':
      return methodSource(symbol);
    case 'message': {
      const field = groupFieldOf(symbol);
      return field === undefined ? messageSource(symbol) : fieldSource(field);
    }
    case 'map_entry':
      return fieldSource(symbol.field);
    case 'enum':
      return enumSource(symbol);
    case 'enum_value':
      return [valueSource(symbol)];
    case 'oneof':
      return oneofSource(symbol);
    case 'field':
      return fieldSource(symbol);
    case 'extension':
      return [`extend .${symbol.extendee.typeName} {`, ...indented(fieldSource(symbol)), '}'];
  }
}

function groupFieldOf(type: DescMessage): DescField | undefined {
  return type.parent?.fields.find((field) => isGroup(field) && field.message === type);
}

function isGroup({ proto }: DescField | DescExtension): boolean {
  return proto.type === Type.GROUP;
}

function serviceSource({ name, methods, proto }: DescService): string[] {
  const options = optionsIn(reflected(ServiceOptionsSchema, proto.options)).map(asStatement);
  const own = byName(methods).flatMap(methodSource);
  return [`service ${name} {`, ...indented([...options, ...own]), '}'];
}

function methodSource(method: DescMethod): string[] {
  const { proto } = method;
  const head = methodHead(method);
  const options = optionsIn(reflected(MethodOptionsSchema, proto.options)).map(asStatement);
  return options.length === 0 ? [`${head};`] : [`${head} {`, ...indented(options), '}'];
}

function messageSource(type: DescMessage): string[] {
  return [`message ${type.name} {`, ...indented(messageBody(type)), '}'];
}

function messageBody(type: DescMessage): string[] {
  const { proto } = type;
  const lines = optionsIn(reflected(MessageOptionsSchema, proto.options)).map(asStatement);
  const shown = new Set<DescOneof>();
  for (const field of byNumber(type.fields)) {
    if (field.oneof === undefined) lines.push(...fieldSource(field));
    else if (!shown.has(field.oneof)) lines.push(...oneofSource(field.oneof));
    if (field.oneof !== undefined) shown.add(field.oneof);
  }
  const nested = type.nestedMessages.filter((one) => groupFieldOf(one) === undefined);
  for (const one of byName(nested)) lines.push(...messageSource(one));
  for (const one of byName(type.nestedEnums)) lines.push(...enumSource(one));
  const ranges = (some: readonly { start: number; end: number }[]): string =>
    rangesText(
      some.map(({ start, end }) => [start, end - 1]),
      MOST_FIELD_NUMBER,
    );
  if (proto.extensionRange.length > 0) lines.push(`extensions ${ranges(proto.extensionRange)};`);
  lines.push(...extendSource(type.nestedExtensions));
  if (proto.reservedRange.length > 0) lines.push(`reserved ${ranges(proto.reservedRange)};`);
  return [...lines, ...reservedNames(proto.reservedName, type.file.edition)];
}

/** The extensions of each message together. */
function extendSource(extensions: readonly DescExtension[]): string[] {
  const extended = byTypeName([...new Set(extensions.map(({ extendee }) => extendee))]);
  return extended.flatMap((extendee) => {
    const own = byNumber(extensions.filter((one) => one.extendee === extendee));
    return [`extend .${extendee.typeName} {`, ...indented(own.flatMap(fieldSource)), '}'];
  });
}

function oneofSource({ name, fields }: DescOneof): string[] {
  return [`oneof ${name} {`, ...indented(byNumber(fields).flatMap(fieldSource)), '}'];
}

function fieldSource(field: DescField | DescExtension): string[] {
  const { proto, name, number } = field;
  const label = labelOf(field);
  const options = fieldOptions(field);
  if (isGroup(field) && field.message !== undefined) {
    const head = `${label}group ${field.message.name} = ${number}${options}`;
    return [`${head} {`, ...indented(messageBody(field.message)), '}'];
  }
  const own = proto.name === '' ? name : proto.name;
  return [`${label}${typeOf(field)} ${own} = ${number}${options};`];
}

function labelOf(field: DescField | DescExtension): string {
  const { proto, fieldKind } = field;
  if (proto.proto3Optional) return 'optional ';
  if (fieldKind === 'map' || field.oneof !== undefined) return '';
  if (proto.label === Label.REPEATED) return 'repeated ';
  if (proto.label === Label.REQUIRED) return 'required ';
  return fileOf(field).edition === Edition.EDITION_PROTO2 ? 'optional ' : '';
}

function fileOf(field: DescField | DescExtension): DescMessage['file'] {
  return field.kind === 'extension' ? field.file : field.parent.file;
}

function typeOf(field: DescField | DescExtension): string {
  if (field.fieldKind === 'map') {
    const { mapKey, mapKind } = field;
    const value =
      mapKind === 'scalar'
        ? scalarName(field.scalar)
        : `.${(field.message ?? field.enum).typeName}`;
    return `map<${scalarName(mapKey)}, ${value}>`;
  }
  const named = field.message ?? field.enum;
  if (named !== undefined) return `.${named.typeName}`;
  return scalarName(field.scalar ?? ScalarType.STRING);
}

function scalarName(type: ScalarType): string {
  return ScalarType[type].toLowerCase();
}

function fieldOptions({ proto, name, enum: type }: DescField | DescExtension): string {
  const options = optionsIn(reflected(FieldOptionsSchema, proto.options));
  const jsonName =
    proto.jsonName === '' || proto.jsonName === protoCamelCase(proto.name || name)
      ? []
      : [`json_name = ${quoted(proto.jsonName)}`];
  const isText = proto.type === Type.STRING || proto.type === Type.BYTES;
  const isEscaped = proto.type === Type.BYTES || type !== undefined;
  const value = isText && !isEscaped ? quoted(proto.defaultValue) : proto.defaultValue;
  const given = isFieldSet(proto, FieldDescriptorProtoSchema.field.defaultValue)
    ? [`default = ${proto.type === Type.BYTES ? `"${value}"` : value}`]
    : [];
  return inBrackets([...given, ...jsonName, ...options].sort());
}

function enumSource({ name, values, proto, file, open }: DescEnum): string[] {
  const lines = optionsIn(reflected(EnumOptionsSchema, proto.options)).map(asStatement);
  // The first of an open enum is 0, whatever is less.
  const rank = ({ number }: DescEnumValue): number => (open && number === 0 ? -Infinity : number);
  const sorted = byName(values).sort((a, b) => (rank(a) === rank(b) ? 0 : rank(a) - rank(b)));
  lines.push(...sorted.map(valueSource));
  if (proto.reservedRange.length > 0) {
    const ranges = proto.reservedRange.map(({ start, end }): [number, number] => [start, end]);
    lines.push(`reserved ${rangesText(ranges, MOST_ENUM_NUMBER)};`);
  }
  lines.push(...reservedNames(proto.reservedName, file.edition));
  return [`enum ${name} {`, ...indented(lines), '}'];
}

function valueSource({ name, number, proto }: DescEnumValue): string {
  const options = optionsIn(reflected(EnumValueOptionsSchema, proto.options));
  return `${name} = ${number}${inBrackets(options)};`;
}

function rangesText(ranges: readonly (readonly [number, number])[], most: number): string {
  return [...ranges]
    .sort(([a], [b]) => a - b)
    .map(([first, last]) => {
      if (first === last) return String(first);
      return `${first} to ${last === most ? 'max' : last}`;
    })
    .join(', ');
}

function reservedNames(names: readonly string[], edition: Edition): string[] {
  if (names.length === 0) return [];
  const isQuoted = edition < Edition.EDITION_2023;
  const shown = [...names].sort().map((name) => (isQuoted ? quoted(name) : name));
  return [`reserved ${shown.join(', ')};`];
}

function reflected(schema: DescMessage, options: Message | undefined): ReflectMessage | undefined {
  return options === undefined ? undefined : reflect(schema, options);
}

/** Options that protobuf itself defines, in the order of their names. */
function optionsIn(options: ReflectMessage | undefined): string[] {
  if (options === undefined) return [];
  return options.fields
    .filter((field) => options.isSet(field))
    .flatMap((field) => {
      if (field.fieldKind === 'scalar') {
        const value: unknown = options.get(field);
        return [`${field.name} = ${typeof value === 'string' ? quoted(value) : String(value)}`];
      }
      if (field.fieldKind !== 'enum') return [];
      const number = options.get(field);
      return [`${field.name} = ${field.enum.value[number]?.name ?? String(number)}`];
    })
    .sort();
}

function asStatement(option: string): string {
  return `option ${option};`;
}

/** More than three are set out one below the other. */
function inBrackets(options: readonly string[]): string {
  return options.length === 0 ? '' : ` [${options.join(', ')}]`;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => STEP + line);
}

function byNumber<T extends { number: number }>(some: readonly T[]): T[] {
  return [...some].sort((a, b) => a.number - b.number);
}

function byName<T extends { name: string }>(some: readonly T[]): T[] {
  return [...some].sort((a, b) => compare(a.name, b.name));
}

function byTypeName(some: readonly DescMessage[]): DescMessage[] {
  return [...some].sort((a, b) => compare(a.typeName, b.typeName));
}

/** By code units, as Go compares. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
