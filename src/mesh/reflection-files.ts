import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  type DescriptorProto,
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from '@bufbuild/protobuf/wkt';
import { PACKAGE_FOLDER } from '../package-folder.js';

/** The contracts of all that the mesh serves, compiled beforehand. */
const CONTRACTS = path.join(PACKAGE_FOLDER, 'proto/mesh.protoset');

/** One `.proto` file as reflection hands it out. */
export interface ReflectedFile {
  name: string;
  /** A serialized `google.protobuf.FileDescriptorProto`. */
  descriptor: Uint8Array;
  services: readonly string[];
  /** Full names of its services, their methods, its messages and enums. */
  symbols: ReadonlySet<string>;
}

let loaded: Map<string, ReflectedFile> | null = null;

/**
 * Reads a contract at its first use.
 *
 * @param file Its name; it must import nothing.
 * @throws RangeError when the mesh has none of this name.
 */
export function reflectedFile(file: string): ReflectedFile {
  loaded ??= new Map(
    fromBinary(FileDescriptorSetSchema, readFileSync(CONTRACTS)).file.map((proto) => [
      proto.name,
      reflectedFrom(proto),
    ]),
  );
  const found = loaded.get(file);
  if (found === undefined) throw new RangeError(`the mesh has no contract ${file}`);
  return found;
}

function reflectedFrom(proto: FileDescriptorProto): ReflectedFile {
  const services = proto.service.map(({ name }) => `${proto.package}.${name}`);
  const methods = proto.service.flatMap(({ name, method }) =>
    method.map((one) => `${proto.package}.${name}.${one.name}`),
  );
  const types = [
    ...proto.enumType.map(({ name }) => `${proto.package}.${name}`),
    ...proto.messageType.flatMap((message) => namesIn(message, proto.package)),
  ];
  return {
    name: proto.name,
    descriptor: toBinary(FileDescriptorProtoSchema, proto),
    services,
    symbols: new Set([...services, ...methods, ...types]),
  };
}

function namesIn({ name, enumType, nestedType }: DescriptorProto, scope: string): string[] {
  const own = `${scope}.${name}`;
  return [
    own,
    ...enumType.map((type) => `${own}.${type.name}`),
    ...nestedType.flatMap((type) => namesIn(type, own)),
  ];
}
