import {
  type DescMessage,
  fromBinary,
  fromJson,
  type JsonValue,
  toBinary,
  toJson,
} from '@bufbuild/protobuf';
import { InputError } from '../../input-error.js';
import { MAX_DEPTH, nestsTooDeeply } from '../../scenario/nesting.js';
import { requireFitting } from './fitting-json.js';

/**
 * Encodes the data of a request, once for the whole run.
 *
 * @param type The method's request message.
 * @param data Protobuf's JSON form of it.
 * @returns The message's bytes, without the gRPC length prefix.
 * @throws InputError when the data do not fit the message; the field is named.
 */
export function encodeMessage(type: DescMessage, data: JsonValue): Uint8Array {
  if (nestsTooDeeply(data)) {
    throw new InputError(`lists and objects nest more than ${MAX_DEPTH} deep: flatten them`, {
      path: '--data',
    });
  }
  requireFitting(type, data);
  try {
    return toBinary(type, fromJson(type, data));
  } catch (error) {
    throw new InputError(error instanceof Error ? error.message : String(error), {
      path: '--data',
    });
  }
}

/**
 * Decodes a reply to protobuf's JSON form, field names as in the contract.
 *
 * @returns undefined when the bytes are not such a message: a reply is data, not input.
 */
export function decodeMessage(type: DescMessage, bytes: Uint8Array): JsonValue | undefined {
  try {
    return toJson(type, fromBinary(type, bytes), {
      alwaysEmitImplicit: true,
      useProtoFieldName: true,
    });
  } catch {
    return undefined;
  }
}
