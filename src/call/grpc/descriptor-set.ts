import { create, type FileRegistry, createFileRegistry } from '@bufbuild/protobuf';
import {
  type DescriptorProto,
  type FieldDescriptorProto,
  type FileDescriptorProto,
  FileDescriptorSetSchema,
} from '@bufbuild/protobuf/wkt';
import { protoCamelCase } from '@bufbuild/protobuf/reflect';

/**
 * Makes a registry of the descriptors that proto-loader exports for parsed `.proto` files.
 *
 * proto-loader's exporter takes liberties that a strict reader refuses: it writes one file per
 * package without its imports, names types relative to their scope, omits JSON names, and names the entry message of
 * a map field after the field. This function undoes them.
 *
 * @param files Descriptors as exported, one per package, in any order. They are modified.
 * @throws Error when packages need each other in a circle, or a type is nowhere defined.
 */
export function registryOfParsedFiles(files: FileDescriptorProto[]): FileRegistry {
  const known = new Set(files.flatMap((file) => typeNames(file)));
  for (const file of files) {
    file.extension = repairedExtensions(file.extension, file.package, known);
    for (const message of file.messageType) {
      repairMessage(message, joinName(file.package, message.name), known);
    }
    for (const service of file.service) {
      for (const method of service.method) {
        method.inputType = qualify(method.inputType, file.package, known);
        method.outputType = qualify(method.outputType, file.package, known);
      }
    }
  }
  return createFileRegistry(create(FileDescriptorSetSchema, { file: inImportOrder(files) }));
}

function joinName(scope: string, name: string): string {
  return scope === '' ? name : `${scope}.${name}`;
}

function typeNames(file: FileDescriptorProto): string[] {
  const names: string[] = file.enumType.map((type) => joinName(file.package, type.name));
  const visit = (message: DescriptorProto, scope: string): void => {
    const name = joinName(scope, message.name);
    names.push(name, ...message.enumType.map((type) => joinName(name, type.name)));
    for (const nested of message.nestedType) visit(nested, name);
  };
  for (const message of file.messageType) visit(message, file.package);
  return names;
}

function repairMessage(message: DescriptorProto, fullName: string, known: Set<string>): void {
  // Extensions of it stand among its fields, too, by their whole names.
  message.field = message.field.filter(({ name }) => !name.startsWith('.'));
  for (const field of message.field) {
    if (field.jsonName === '') field.jsonName = protoCamelCase(field.name);
    if (field.typeName === '') continue;
    const entry = message.nestedType.find(
      (nested) => nested.options?.mapEntry === true && nested.name === field.typeName,
    );
    if (entry === undefined) {
      field.typeName = qualify(field.typeName, fullName, known);
    } else {
      entry.name = mapEntryName(field);
      field.typeName = `.${fullName}.${entry.name}`;
    }
  }
  message.extension = repairedExtensions(message.extension, fullName, known);
  for (const nested of message.nestedType) {
    repairMessage(nested, `${fullName}.${nested.name}`, known);
  }
}

/** Options of one's own, such as rules of validation: they are about contracts, and in no message. */
const OF_OPTIONS = /^\.?google\.protobuf\.\w+Options$/;

/** Extensions as far as they are fields of messages. @param scope What they are declared in. */
function repairedExtensions(
  extensions: readonly FieldDescriptorProto[],
  scope: string,
  known: Set<string>,
): FieldDescriptorProto[] {
  const ofMessages = extensions.filter(({ extendee }) => !OF_OPTIONS.test(extendee));
  for (const field of ofMessages) {
    if (field.jsonName === '') field.jsonName = protoCamelCase(field.name);
    field.extendee = qualify(field.extendee, scope, known);
    if (field.typeName !== '') field.typeName = qualify(field.typeName, scope, known);
  }
  return ofMessages;
}

/** The name protoc gives the entry message of a map field: `by_name` → `ByNameEntry`. */
function mapEntryName(field: FieldDescriptorProto): string {
  const camel = field.name.replaceAll(/(?:^|_)([a-zA-Z0-9])/g, (_, letter: string) =>
    letter.toUpperCase(),
  );
  return `${camel}Entry`;
}

/** Resolves a relative type name from the innermost scope outwards, as protobuf does. */
function qualify(name: string, scope: string, known: Set<string>): string {
  if (name.startsWith('.')) return name;
  for (let at = scope; ; at = at.includes('.') ? at.slice(0, at.lastIndexOf('.')) : '') {
    if (known.has(joinName(at, name))) return `.${joinName(at, name)}`;
    if (at === '') throw new Error(`the type ${name}, used in ${scope}, is not defined`);
  }
}

function inImportOrder(files: FileDescriptorProto[]): FileDescriptorProto[] {
  const ownerOf = new Map(files.flatMap((file) => typeNames(file).map((name) => [name, file])));
  const sorted: FileDescriptorProto[] = [];
  const open = new Set<FileDescriptorProto>();
  const visit = (file: FileDescriptorProto): void => {
    if (sorted.includes(file)) return;
    if (open.has(file)) {
      throw new Error(
        `package ${file.package} and one that it imports need each other: give the contract as a compiled --protoset`,
      );
    }
    open.add(file);
    const needed = new Set(referencedTypes(file).map((name) => ownerOf.get(name.slice(1))));
    file.dependency = [];
    for (const other of needed) {
      if (other === undefined || other === file) continue;
      visit(other);
      file.dependency.push(other.name);
    }
    sorted.push(file);
  };
  for (const file of files) visit(file);
  return sorted;
}

function referencedTypes(file: FileDescriptorProto): string[] {
  const ofFields = (fields: readonly FieldDescriptorProto[]): string[] =>
    fields.flatMap(({ typeName, extendee }) => [typeName, extendee]).filter((name) => name !== '');
  const inMessage = (message: DescriptorProto): string[] => [
    ...ofFields(message.field),
    ...ofFields(message.extension),
    ...message.nestedType.flatMap(inMessage),
  ];
  return [
    ...ofFields(file.extension),
    ...file.messageType.flatMap(inMessage),
    ...file.service.flatMap((service) =>
      service.method.flatMap((method) => [method.inputType, method.outputType]),
    ),
  ];
}
