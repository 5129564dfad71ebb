import path from 'node:path';
import { createFileRegistry, fromBinary, type FileRegistry } from '@bufbuild/protobuf';
import {
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
  type FileDescriptorProto,
} from '@bufbuild/protobuf/wkt';
import { registryOfParsedFiles } from '../call/grpc/descriptor-set.js';
import { InputError } from '../input-error.js';
import { PACKAGE_FOLDER } from '../package-folder.js';
import type { ContractSources } from '../scenario/contract-sources.js';
import { requireProtoFiles } from './proto-files.js';
import { readBytes } from './read-text.js';

/** The contracts that come with the package (Greeter, echo, health), compiled beforehand. */
const BUILT_IN = path.join(PACKAGE_FOLDER, 'proto/built-in.protoset');
const MAX_PROTOSET_BYTES = 64 * 1024 * 1024;

/**
 * Reads the descriptors of every service and message the sources define; the built-in contracts
 * when there are no sources.
 *
 * @param signal Gives up when it aborts.
 * @throws InputError when a file is missing or is not what it should be.
 */
export async function loadContract(
  { protoFiles, importPaths, protosets }: Omit<ContractSources, 'reflect'>,
  signal?: AbortSignal,
): Promise<FileRegistry> {
  if (protosets.length > 0) {
    const registries: FileRegistry[] = [];
    for (const file of protosets) registries.push(await registryOfProtoset(file, signal));
    return createFileRegistry(...registries);
  }
  if (protoFiles.length > 0) {
    return await parseProtoFiles(protoFiles, ['.', ...importPaths], signal);
  }
  return await registryOfProtoset(BUILT_IN, signal);
}

async function registryOfProtoset(
  file: string,
  signal: AbortSignal | undefined,
): Promise<FileRegistry> {
  const bytes = await readBytes({
    from: file,
    what: 'a compiled descriptor set',
    maxBytes: MAX_PROTOSET_BYTES,
    signal,
  });
  try {
    return createFileRegistry(fromBinary(FileDescriptorSetSchema, bytes));
  } catch (error) {
    throw new InputError(
      `not a compiled FileDescriptorSet with its imports (${firstLine(error)}); make one with protoc --include_imports --descriptor_set_out`,
      { file },
    );
  }
}

/** The library reads for itself: it follows imports. */
async function parseProtoFiles(
  files: readonly string[],
  includeDirs: string[],
  signal: AbortSignal | undefined,
): Promise<FileRegistry> {
  const besides = await requireProtoFiles(files, includeDirs, signal);
  // Loaded where there is something to parse: it takes longer to load than to use.
  const { loadSync } = await import('@grpc/proto-loader');
  try {
    // keepCase: messages are spelled as in the contract when errors name their fields.
    // One file after the other: the order of what is in them follows the order of reading.
    const definitions = loadSync([...files], {
      includeDirs: [...includeDirs, ...besides],
      keepCase: true,
    });
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

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
