import type { CallKind } from '../call-kind.js';
import { GRPC } from '../grpc/kind.js';
import { type WebRequest, webHeaders } from './request.js';

/** Its statuses are gRPC's, Connect's under other names; routes see an HTTP request of its own content type. */
export const WEB: CallKind<WebRequest> = {
  ...GRPC,
  head: (request) => ({ method: 'POST', headers: webHeaders(request) }),
};
