import { GRPC_STATUS_NAMES, GrpcStatus } from '../wire/grpc/status.js';
import type { CallRequest } from './request.js';

/** The protocol of a call: what its statuses are called follows from it. */
export type CallProtocol = CallRequest['kind'];

/** What stands in the place of a status where a request was never sent. */
const NOT_SENT = 'not sent';

/**
 * @param status As the protocol numbers it; null where the request was not sent.
 * @returns `UNAVAILABLE`; the number where it has no name.
 */
export function statusName(protocol: CallProtocol, status: number | null): string {
  if (status === null) return NOT_SENT;
  switch (protocol) {
    case 'grpc':
      return GRPC_STATUS_NAMES[status] ?? String(status);
  }
}

/** Statuses that are OK by the protocol itself, as ranges with both ends included. */
export function okStatuses(protocol: CallProtocol): readonly (readonly [number, number])[] {
  switch (protocol) {
    case 'grpc':
      return [[GrpcStatus.OK, GrpcStatus.OK]];
  }
}
