import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { createFileRegistry, fromBinary, type FileRegistry } from '@bufbuild/protobuf';
import {
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
  type FileDescriptorProto,
} from '@bufbuild/protobuf/wkt';
import type * as ProtoLoader from '@grpc/proto-loader';
import { InputError } from '../input-error.js';
import { PACKAGE_FOLDER } from '../package-folder.js';
import { registryOfParsedFiles } from '../call/grpc/descriptor-set.js';

/** The contracts that come with the package (Greeter, echo, health), compiled beforehand. */
const BUILT_IN = path.join(PACKAGE_FOLDER, 'proto/built-in.protoset');
const require = createRequire(import.meta.url);

/** Where the contract of the called service is described. */
export interface ContractSources {
  /** `.proto` files. */
  protoFiles: readonly string[];
  /** Folders in which `.proto` files and their imports are looked for, after the working folder. */
  importPaths: readonly string[];
  /** Compiled FileDescriptorSets, as `protoc --descriptor_set_out --include_imports` writes them. */
  protosets: readonly string[];
}

/**
 * Reads the descriptors of every service and message the sources define; the built-in contracts
 * when there are no sources.
 *
 * @throws InputError when a file is missing or is not what it should be.
 */
export function loadContract(sources: ContractSources): FileRegistry {
  if (sources.protosets.length > 0) {
    return createFileRegistry(...sources.protosets.map(registryOfProtoset));
  }
  if (sources.protoFiles.length > 0) {
    return parseProtoFiles(sources.protoFiles, ['.', ...sources.importPaths]);
  }
  return registryOfProtoset(BUILT_IN);
}

function registryOfProtoset(file: string): FileRegistry {
  requireFile(file);
  try {
    return createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(file)));
  } catch (error) {
    throw new InputError(
      `not a compiled FileDescriptorSet with its imports (${firstLine(error)}); make one with protoc --include_imports --descriptor_set_out`,
      { file },
    );
  }
}

function parseProtoFiles(files: readonly string[], includeDirs: string[]): FileRegistry {
  for (const file of files) {
    if (!includeDirs.some((folder) => existsSync(path.resolve(folder, file)))) {
      requireFile(file);
    }
  }
  try {
    // Loaded where there is something to parse: it takes longer to load than to use.
    const { loadSync } = require('@grpc/proto-loader') as typeof ProtoLoader;
    // keepCase: messages are spelled as in the contract when errors name their fields.
    const definitions = loadSync([...files], { includeDirs, keepCase: true });
    const exported = Object.values(definitions).find((entry) => 'fileDescriptorProtos' in entry);
    const descriptors = exported?.fileDescriptorProtos as Uint8Array[] | undefined;
    return registryOfParsedFiles(
      (descriptors ?? []).map((bytes): FileDescriptorProto =>
        fromBinary(FileDescriptorProtoSchema, bytes),
      ),
    );
  } catch (error) {
    throw new InputError(`the contract cannot be read: ${firstLine(error)}`, {
      file: files.join(', '),
    });
  }
}

function requireFile(file: string): void {
  if (!existsSync(file)) throw new InputError('no such file', { file });
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
