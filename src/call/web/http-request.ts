import { formatConnectTimeout } from '../../wire/connect/timeout.js';
import { formatTimeout, frameMessage } from '../../wire/grpc/request.js';
import type { HttpRequest } from '../http/request.js';
import { type WebRequest, webHeaders } from './request.js';

/** The call as the HTTP request that it is, encoded once. */
export function asHttpRequest(request: WebRequest): HttpRequest {
  const { kind, origin, message, metadata, timeoutMs, isNumbered, ...rest } = request;
  return {
    ...rest,
    kind: 'http',
    method: 'POST',
    metadata: [
      ...webHeaders({ kind, origin }),
      kind === 'connect'
        ? ['connect-timeout-ms', formatConnectTimeout(timeoutMs)]
        : ['grpc-timeout', formatTimeout(timeoutMs)],
      ...metadata.map(([name, value]) =>
        // Padding is left out, as in gRPC.
        name.endsWith('-bin')
          ? ([name, value.replace(/=+$/, '')] as const)
          : ([name, value] as const),
      ),
    ],
    body: bodyOf(kind, message),
    timeoutMs,
    ...(isNumbered === undefined ? {} : { isNumbered }),
  };
}

function bodyOf(kind: WebRequest['kind'], message: Uint8Array): Uint8Array {
  switch (kind) {
    case 'connect':
      return message;
    case 'grpc-web':
      return frameMessage(message);
    case 'grpc-web-text':
      return Buffer.from(Buffer.from(frameMessage(message)).toString('base64'));
  }
}
