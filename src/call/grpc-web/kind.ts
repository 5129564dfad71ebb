import type { CallKind } from '../call-kind.js';
import { GRPC } from '../grpc/kind.js';
import { type GrpcWebRequest, webHeaders } from './request.js';

/** Its statuses are gRPC's; routes see an HTTP request of its own content type. */
export const GRPC_WEB: CallKind<GrpcWebRequest> = {
  ...GRPC,
  head: (request) => ({ method: 'POST', headers: webHeaders(request) }),
};
