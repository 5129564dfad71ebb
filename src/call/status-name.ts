import { GRPC_STATUS_NAMES, GrpcStatus } from '../wire/grpc/status.js';
import type { CallRequest } from './request.js';

/** The protocol of a call: what its statuses are called follows from it. */
export type CallProtocol = CallRequest['kind'];

/** What stands in the place of a status where a request was never sent. */
const NOT_SENT = 'not sent';

const NAMES: Readonly<Record<CallProtocol, (status: number) => string | undefined>> = {
  grpc: (status) => GRPC_STATUS_NAMES[status],
};

/** Ranges of statuses, both ends included. */
type StatusRanges = readonly (readonly [number, number])[];

const OK_STATUSES: Readonly<Record<CallProtocol, StatusRanges>> = {
  grpc: [[GrpcStatus.OK, GrpcStatus.OK]],
};

/**
 * @param status As the protocol numbers it; null where the request was not sent.
 * @returns `UNAVAILABLE`; the number where it has no name.
 */
export function statusName(protocol: CallProtocol, status: number | null): string {
  if (status === null) return NOT_SENT;
  return NAMES[protocol](status) ?? String(status);
}

/** Statuses that are OK by the protocol itself. */
export function okStatuses(protocol: CallProtocol): StatusRanges {
  return OK_STATUSES[protocol];
}
