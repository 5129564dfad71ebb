import { createRegistry, fromBinary, type FileRegistry, toJson } from '@bufbuild/protobuf';
import type { Any } from '@bufbuild/protobuf/wkt';
import { type ReplyContract, repliesRegistry } from './reply-contract.js';

/** One of the messages that a server adds to its status. */
export interface StatusDetail {
  /** Its full name: `google.rpc.ErrorInfo`. */
  type: string;
  /** Protobuf's JSON form of it; null where neither contract has the type, or it cannot be read. */
  value: unknown;
  bytes: number;
}

/** A server chooses how many there are. */
const MOST_DETAILS = 100;

/**
 * Decodes what a server adds to the status of a failed call.
 *
 * @param encoded The value of `grpc-status-details-bin`: a google.rpc.Status in base64.
 * @param known Has google.rpc.Status and the details that are usual.
 * @param reply Of the method: its contract may have details of its own.
 * @returns null where it is no such message.
 */
export function statusDetails(
  encoded: string,
  known: FileRegistry,
  reply: ReplyContract,
): StatusDetail[] | null {
  const registry = createRegistry(known, repliesRegistry(reply));
  const status = known.getMessage('google.rpc.Status');
  if (status === undefined) throw new RangeError('contracts without google.rpc.Status');
  try {
    const { details } = fromBinary(status, Buffer.from(encoded, 'base64')) as unknown as {
      details: Any[];
    };
    return details.slice(0, MOST_DETAILS).map(({ typeUrl, value }) => {
      const type = typeUrl.slice(typeUrl.lastIndexOf('/') + 1);
      return { type, value: valueOf(type, value, registry), bytes: value.length };
    });
  } catch {
    return null;
  }
}

function valueOf(
  type: string,
  bytes: Uint8Array,
  registry: ReturnType<typeof createRegistry>,
): unknown {
  const message = registry.getMessage(type);
  if (message === undefined) return null;
  try {
    return toJson(message, fromBinary(message, bytes), { registry, useProtoFieldName: true });
  } catch {
    return null;
  }
}
