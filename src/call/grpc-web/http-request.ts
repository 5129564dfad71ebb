import { formatTimeout, frameMessage } from '../../wire/grpc/request.js';
import type { HttpRequest } from '../http/request.js';
import { type GrpcWebRequest, webHeaders } from './request.js';

/** The call as the HTTP request that it is, encoded once. */
export function asHttpRequest(request: GrpcWebRequest): HttpRequest {
  const { kind, origin, message, metadata, timeoutMs, isNumbered, ...rest } = request;
  const framed = frameMessage(message);
  return {
    ...rest,
    kind: 'http',
    method: 'POST',
    metadata: [
      ...webHeaders({ kind, origin }),
      ['grpc-timeout', formatTimeout(timeoutMs)],
      ...metadata.map(([name, value]) =>
        // Padding is left out, as in gRPC.
        name.endsWith('-bin')
          ? ([name, value.replace(/=+$/, '')] as const)
          : ([name, value] as const),
      ),
    ],
    body: kind === 'grpc-web' ? framed : Buffer.from(Buffer.from(framed).toString('base64')),
    timeoutMs,
    ...(isNumbered === undefined ? {} : { isNumbered }),
  };
}
