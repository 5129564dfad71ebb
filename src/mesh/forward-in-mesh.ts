import type { IncomingHttpHeaders } from 'node:http2';
import type { ForwardEchoRequest } from './echo-messages.js';
import { ECHO_PATH, entryOfGrpc, type OpenForwarding } from './forward-echo.js';
import { grpcErrorInGo } from './go-text.js';
import { decodeTextMessage, encodeTextMessage } from './text-message.js';

/** Sends into the mesh that the pod is in, by whatever its proxy does. */
export const forwardInMesh: OpenForwarding = (request, { forward }) => {
  const target = /^[a-z]+:\/\/\/?([^/]+)/i.exec(request.url)?.[1] ?? '';
  return {
    async request(index) {
      const startedMs = performance.now();
      const reply = await forward({
        path: ECHO_PATH,
        headers: headersOf(request, target, index),
        request: encodeTextMessage(request.message),
      });
      if (reply.kind === 'error') throw new Error(grpcErrorInGo(reply.code, reply.message));
      if (reply.kind === 'http-error') {
        throw new Error(`unexpected HTTP status code received from server: ${reply.status}`);
      }
      const body = decodeTextMessage(reply.message);
      const headers = [['content-type', 'application/grpc']] as const;
      return entryOfGrpc(index, performance.now() - startedMs, body, headers);
    },
    close() {
      // There is no connection of its own.
    },
  };
};

function headersOf(
  request: ForwardEchoRequest,
  target: string,
  index: number,
): IncomingHttpHeaders {
  const headers: IncomingHttpHeaders = {
    'content-type': 'application/grpc',
    ':authority': target,
    'x-request-id': String(index),
  };
  for (const { key, value } of request.headers) headers[key.toLowerCase()] = value;
  return headers;
}
