import {
  create,
  createFileRegistry,
  type DescFile,
  type DescMessage,
  type FileRegistry,
  fromBinary,
  toBinary,
} from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { decodeMessage } from './message.js';

/** What it takes to decode replies, as plain data: it travels to worker threads. */
export interface ReplyContract {
  typeName: string;
  /** A serialised FileDescriptorSet that defines the type and all it needs. */
  readonly descriptors: Uint8Array;
}

/** The thread that has written a contract down need not read it. */
const types = new WeakMap<ReplyContract, DescMessage>();

/** Writes down the contract of a reply, when it travels: cloning the object asks for its bytes. */
export function replyContract(type: DescMessage): ReplyContract {
  const contract: ReplyContract = {
    typeName: type.typeName,
    get descriptors() {
      return descriptorsOf(type);
    },
  };
  types.set(contract, type);
  return contract;
}

function descriptorsOf(type: DescMessage): Uint8Array {
  const files: DescFile[] = [];
  const visit = (file: DescFile): void => {
    if (files.includes(file)) return;
    file.dependencies.forEach(visit);
    files.push(file);
  };
  visit(type.file);
  const set = create(FileDescriptorSetSchema, { file: files.map(({ proto }) => proto) });
  return toBinary(FileDescriptorSetSchema, set);
}

/** The types of the file that defines a reply, and of all that it needs. */
export function repliesRegistry({ descriptors }: ReplyContract): FileRegistry {
  return createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptors));
}

/**
 * @returns A function that decodes replies as {@link decodeMessage} does. The contract is read when
 *   it is first called.
 */
export function replyDecoder(contract: ReplyContract) {
  let type = types.get(contract);
  return (message: Uint8Array): unknown => {
    type ??= repliesRegistry(contract).getMessage(contract.typeName);
    return type === undefined ? undefined : decodeMessage(type, message);
  };
}
