import { GRPC_STATUS_NAMES, GrpcStatus } from '../../wire/grpc/status.js';
import type { CallKind, RequestHead } from '../call-kind.js';
import type { GrpcRequest } from './request.js';

/** https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md */
export const GRPC_HEAD: RequestHead = {
  method: 'POST',
  headers: [['content-type', 'application/grpc']],
};

const FOR_GOOD: readonly number[] = [
  GrpcStatus.INVALID_ARGUMENT,
  GrpcStatus.NOT_FOUND,
  GrpcStatus.PERMISSION_DENIED,
  GrpcStatus.UNIMPLEMENTED,
  GrpcStatus.UNAUTHENTICATED,
];

/** https://github.com/grpc/grpc/blob/master/doc/statuscodes.md */
export const GRPC: CallKind<GrpcRequest> = {
  statusName: (status) => GRPC_STATUS_NAMES[status],
  okStatuses: [[GrpcStatus.OK, GrpcStatus.OK]],
  refusesForGood: (status) => FOR_GOOD.includes(status),
  deadlineStatus: GrpcStatus.DEADLINE_EXCEEDED,
  ends: {
    broken: GrpcStatus.UNAVAILABLE,
    'timed-out': GrpcStatus.DEADLINE_EXCEEDED,
    cancelled: GrpcStatus.CANCELLED,
    ended: GrpcStatus.CANCELLED,
    unprocessed: GrpcStatus.UNAVAILABLE,
  },
  head: () => GRPC_HEAD,
};
