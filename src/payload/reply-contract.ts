import {
  create,
  createFileRegistry,
  type DescFile,
  type DescMessage,
  fromBinary,
  toBinary,
} from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { decodeMessage } from './message.js';

/** What it takes to decode replies, as plain data: it travels to worker threads. */
export interface ReplyContract {
  typeName: string;
  /** A serialised FileDescriptorSet that defines the type and all it needs. */
  descriptors: Uint8Array;
}

/** Writes down the contract of a reply. */
export function replyContract(type: DescMessage): ReplyContract {
  const files: DescFile[] = [];
  const visit = (file: DescFile): void => {
    if (files.includes(file)) return;
    file.dependencies.forEach(visit);
    files.push(file);
  };
  visit(type.file);
  const set = create(FileDescriptorSetSchema, { file: files.map(({ proto }) => proto) });
  return { typeName: type.typeName, descriptors: toBinary(FileDescriptorSetSchema, set) };
}

/**
 * @returns A function that decodes replies as {@link decodeMessage} does. The contract is read when
 *   it is first called.
 */
export function replyDecoder({ typeName, descriptors }: ReplyContract) {
  let type: DescMessage | undefined;
  return (message: Uint8Array): unknown => {
    if (type === undefined) {
      const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptors));
      type = registry.getMessage(typeName);
    }
    return type === undefined ? undefined : decodeMessage(type, message);
  };
}
