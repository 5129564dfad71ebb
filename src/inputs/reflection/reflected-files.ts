import {
  create,
  createFileRegistry,
  type DescMessage,
  fromBinary,
  type FileRegistry,
  toBinary,
} from '@bufbuild/protobuf';
import {
  file_google_protobuf_any,
  file_google_protobuf_api,
  file_google_protobuf_descriptor,
  file_google_protobuf_duration,
  file_google_protobuf_empty,
  file_google_protobuf_field_mask,
  file_google_protobuf_source_context,
  file_google_protobuf_struct,
  file_google_protobuf_timestamp,
  file_google_protobuf_type,
  file_google_protobuf_wrappers,
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from '@bufbuild/protobuf/wkt';

/** Contracts of large companies have some thousand files. */
const MOST_FILES = 10_000;
/** Imports of imports; what reads them goes down by recursion. */
const MOST_DEPTH = 200;

/** What protobuf itself defines, which servers may leave out. Names here are without ".proto". */
const WELL_KNOWN = new Map(
  [
    file_google_protobuf_any,
    file_google_protobuf_api,
    file_google_protobuf_descriptor,
    file_google_protobuf_duration,
    file_google_protobuf_empty,
    file_google_protobuf_field_mask,
    file_google_protobuf_source_context,
    file_google_protobuf_struct,
    file_google_protobuf_timestamp,
    file_google_protobuf_type,
    file_google_protobuf_wrappers,
  ].map(({ name, proto }) => [`${name}.proto`, proto]),
);

/**
 * Files that a server hands out one by one, held against each other. What is wrong with them is thrown as an
 * Error whose message goes on after "its reflection".
 */
export class ReflectedFiles {
  readonly #files = new Map<string, { bytes: Uint8Array; proto: FileDescriptorProto }>();
  /** Files that the server has not. */
  readonly #absent = new Set<string>();

  /**
   * Takes a file.
   *
   * @param bytes A serialised FileDescriptorProto.
   * @throws Error when it is none, or another one came by its name, or there are too many.
   */
  add(bytes: Uint8Array): void {
    let proto: FileDescriptorProto;
    try {
      proto = fromBinary(FileDescriptorProtoSchema, bytes);
    } catch {
      throw new Error('gives bytes that are no file descriptor');
    }
    const known = this.#files.get(proto.name);
    if (known === undefined) {
      if (this.#files.size === MOST_FILES) throw new Error(`gives more than ${MOST_FILES} files`);
      this.#files.set(proto.name, { bytes, proto });
    } else if (!isSame(known, bytes, proto)) {
      throw new Error(`gives two different files ${quoted(proto.name)}`);
    }
  }

  has(name: string): boolean {
    return this.#files.has(name);
  }

  /** Says that the server has no file of this name. */
  addAbsent(name: string): void {
    this.#absent.add(name);
  }

  /** What is imported and has not come yet; protobuf's own files are known. */
  wanted(): string[] {
    const names = [...this.#files.values()].flatMap(({ proto }) => proto.dependency);
    return [...new Set(names)].filter(
      (name) => !this.#files.has(name) && !this.#absent.has(name) && !WELL_KNOWN.has(name),
    );
  }

  /**
   * All of it, resolved. A file that is missing does no harm where nothing of it is used.
   *
   * @throws Error when files import each other in a circle, lack what they use, or define a name twice.
   */
  registry(): FileRegistry {
    const set = create(FileDescriptorSetSchema, { file: this.#inImportOrder() });
    let registry: FileRegistry;
    try {
      registry = createFileRegistry(set);
    } catch (error) {
      const [absent] = this.#absent;
      if (absent !== undefined) {
        throw new Error(`has no file ${quoted(absent)}, which its other files need`, {
          cause: error,
        });
      }
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`gives files that do not fit together: ${reason}`, { cause: error });
    }
    requireOnce(registry);
    return registry;
  }

  #inImportOrder(): FileDescriptorProto[] {
    const sorted = new Map<string, FileDescriptorProto>();
    const open = new Set<string>();
    const visit = (name: string): void => {
      if (sorted.has(name)) return;
      if (open.has(name)) throw new Error(`gives files that import each other: ${quoted(name)}`);
      if (open.size > MOST_DEPTH) throw new Error(`gives imports more than ${MOST_DEPTH} deep`);
      const proto = this.#files.get(name)?.proto ?? WELL_KNOWN.get(name) ?? nothingBy(name);
      open.add(name);
      proto.dependency.forEach(visit);
      open.delete(name);
      sorted.set(name, proto);
    };
    for (const name of this.#files.keys()) visit(name);
    return [...sorted.values()];
  }
}

function nothingBy(name: string): FileDescriptorProto {
  return create(FileDescriptorProtoSchema, { name, syntax: 'proto3' });
}

/** Servers may write the same file down in another order of fields. */
function isSame(
  known: { bytes: Uint8Array; proto: FileDescriptorProto },
  bytes: Uint8Array,
  proto: FileDescriptorProto,
): boolean {
  if (Buffer.compare(known.bytes, bytes) === 0) return true;
  const written = (some: FileDescriptorProto): Uint8Array =>
    toBinary(FileDescriptorProtoSchema, some);
  return Buffer.compare(written(known.proto), written(proto)) === 0;
}

function requireOnce(registry: FileRegistry): void {
  const seen = new Set<string>();
  const take = (name: string): void => {
    if (seen.has(name)) throw new Error(`gives two definitions of ${quoted(name)}`);
    seen.add(name);
  };
  const visit = (message: DescMessage): void => {
    take(message.typeName);
    message.nestedEnums.forEach(({ typeName }) => {
      take(typeName);
    });
    message.nestedMessages.forEach(visit);
  };
  for (const file of registry.files) {
    file.messages.forEach(visit);
    for (const { typeName } of [...file.enums, ...file.services]) take(typeName);
  }
}

/** A server may call a file anything. */
function quoted(name: string): string {
  return `"${name.length > 100 ? `${name.slice(0, 100)}…` : name}"`;
}
