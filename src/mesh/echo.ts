import type { IncomingHttpHeaders } from 'node:http2';
import type { Application, CallContext, UnaryMethod } from './application.js';
import { ECHO_PATH, type Forwardings, forwardEcho } from './forward-echo.js';
import { forwardInMesh } from './forward-in-mesh.js';
import { decodeTextMessage, encodeTextMessage } from './text-message.js';

/**
 * `proto.EchoTestService`, answering the way Istio's echo application does.
 *
 * @param forwardings How ForwardEcho sends, by the scheme of the URL.
 */
export function echoOf(forwardings: Forwardings): Application {
  return new Map<string, UnaryMethod>([
    [
      ECHO_PATH,
      (request, call) => ({
        kind: 'message',
        message: encodeTextMessage(echoText(decodeTextMessage(request), call)),
      }),
    ],
    ['/proto.EchoTestService/ForwardEcho', forwardEcho(forwardings)],
  ]);
}

/** Its pods have a proxy beside them, which takes whatever they send to a service to one of its pods. */
export const echo: Application = echoOf({ xds: forwardInMesh, grpc: forwardInMesh });

/** One `Key=value` line for each fact about the request and the pod. */
function echoText(message: string, { headers, pod, port }: CallContext): string {
  const lines = requestHeaderLines(headers);
  const authority = headers[':authority'] ?? '';
  lines.push(`Host=${authority}`, `RequestHeader=:authority:${authority}`);
  lines.push('StatusCode=200', `ServiceVersion=${pod.version}`, `ServicePort=${port}`);
  lines.push('IP=127.0.0.1', 'Proto=GRPC', `Echo=${message}`, `Hostname=${pod.name}`);
  return `${lines.join('\n')}\n`;
}

function requestHeaderLines(headers: IncomingHttpHeaders): string[] {
  const lines: string[] = [];
  for (const [key, value] of Object.entries(headers)) {
    // `te` belongs to the transport, pseudo-headers to HTTP/2: the application sees neither.
    if (key.startsWith(':') || key === 'te' || value === undefined) continue;
    lines.push(`RequestHeader=${key}:${Array.isArray(value) ? value.join(',') : value}`);
  }
  return lines.sort();
}
