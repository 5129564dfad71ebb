import type {
  DescEnum,
  DescEnumValue,
  DescExtension,
  DescField,
  DescMessage,
  DescMethod,
  DescOneof,
  DescService,
  FileRegistry,
} from '@bufbuild/protobuf';

/** The type of what is in a map: it has a name, which protobuf makes, and no place of its own. */
export interface MapEntry {
  kind: 'map_entry';
  typeName: string;
  field: DescField;
}

/** Something that a contract defines. */
export type ContractSymbol =
  | MapEntry
  | DescService
  | DescMethod
  | DescMessage
  | DescEnum
  | DescEnumValue
  | DescField
  | DescOneof
  | DescExtension;

/** A name as users write it: `.pkg.Name` and `pkg.Service/Method` too. */
export function symbolName(written: string): string {
  return written.replace(/^[./]/, '').replace('/', '.');
}

/**
 * Finds what has a full name: a service, a type, or a part of one by its parent's name and its own. The values
 * of an enum are beside it, as protobuf has it, or in it.
 */
export function findSymbol(contract: FileRegistry, name: string): ContractSymbol | undefined {
  const whole = contract.get(name);
  if (whole !== undefined) return whole;
  const cut = name.lastIndexOf('.');
  const [scope, own] = cut < 0 ? ['', name] : [name.slice(0, cut), name.slice(cut + 1)];
  const parent = contract.get(scope);
  switch (parent?.kind) {
    case 'service':
      return parent.methods.find((method) => method.name === own);
    case 'enum':
      return parent.values.find((value) => value.name === own);
    case 'message': {
      const part = partOf(parent, own) ?? entryOf(parent, name);
      if (part !== undefined) return part;
    }
  }
  for (const type of contract) {
    if (type.kind !== 'enum' || scopeOf(type) !== scope) continue;
    const value = type.values.find((one) => one.name === own);
    if (value !== undefined) return value;
  }
  return undefined;
}

function partOf({ fields, oneofs }: DescMessage, own: string): ContractSymbol | undefined {
  return fields.find(({ name }) => name === own) ?? oneofs.find(({ name }) => name === own);
}

function entryOf({ fields }: DescMessage, typeName: string): MapEntry | undefined {
  const field = fields.find(
    ({ fieldKind, proto }) => fieldKind === 'map' && proto.typeName === `.${typeName}`,
  );
  return field === undefined ? undefined : { kind: 'map_entry', typeName, field };
}

function scopeOf({ typeName }: DescEnum): string {
  const cut = typeName.lastIndexOf('.');
  return cut < 0 ? '' : typeName.slice(0, cut);
}
