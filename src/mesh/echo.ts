import type { IncomingHttpHeaders } from 'node:http2';
import type { Application, CallContext, UnaryMethod, UnaryReply } from './application.js';
import {
  decodeForwardEchoRequest,
  encodeForwardEchoResponse,
  type ForwardEchoRequest,
} from './echo-messages.js';
import { GRPC_STATUS } from './grpc-status.js';
import { decodeTextMessage, encodeTextMessage } from './text-message.js';

const ECHO_PATH = '/proto.EchoTestService/Echo';
/** One answer holds every output: beyond this it would not fit a gRPC message of usual size. */
const MAX_FORWARD_COUNT = 10_000;

/** `proto.EchoTestService`, answering the way Istio's echo application does. */
export const echo: Application = new Map<string, UnaryMethod>([
  [
    ECHO_PATH,
    (request, call) => ({
      kind: 'message',
      message: encodeTextMessage(echoText(decodeTextMessage(request), call)),
    }),
  ],
  [
    '/proto.EchoTestService/ForwardEcho',
    (request, call) => forwardEcho(decodeForwardEchoRequest(request), call),
  ],
]);

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

/**
 * Sends `count` requests on to the service behind `url` and answers with one text for each; when
 * any of them fails the whole call is UNKNOWN and names the first error, as in the application.
 */
async function forwardEcho(request: ForwardEchoRequest, call: CallContext): Promise<UnaryReply> {
  const count = Math.max(1, request.count);
  const target = /^(?:xds:\/\/\/|grpc:\/\/)([^/]+)/.exec(request.url)?.[1];
  if (target === undefined) return unknown(`unsupported protocol: ${request.url}`);
  if (count > MAX_FORWARD_COUNT) {
    const message = `count is ${count}: at most ${MAX_FORWARD_COUNT} fit one answer`;
    return { kind: 'error', code: GRPC_STATUS.invalidArgument, message };
  }
  const outputs: string[] = [];
  const errors: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const startedAt = process.hrtime.bigint();
    const reply = await call.forward({
      path: ECHO_PATH,
      headers: forwardedHeaders(request, target, index),
      request: encodeTextMessage(request.message),
    });
    if (reply.kind === 'error') {
      errors.push(`rpc error: code = ${codeName(reply.code)} desc = ${reply.message}`);
      continue;
    }
    if (reply.kind === 'http-error') {
      errors.push(`unexpected HTTP status code received from server: ${reply.status}`);
      continue;
    }
    const latencyMicros = Number(process.hrtime.bigint() - startedAt) / 1000;
    outputs.push(outputText(index, latencyMicros, decodeTextMessage(reply.message)));
  }
  if (errors[0] !== undefined) {
    return unknown(`${errors.length}/${count} requests had errors; first error: ${errors[0]}`);
  }
  return { kind: 'message', message: encodeForwardEchoResponse(outputs) };
}

function forwardedHeaders(
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

function outputText(index: number, latencyMicros: number, body: string): string {
  const lines = [`[${index}] Latency=${latencyMicros.toFixed(3)}µs`, `[${index}] ActiveRequests=1`];
  for (const line of body.trimEnd().split('\n')) lines.push(`[${index} body] ${line}`);
  lines.push(`[${index}] ResponseHeader=content-type:application/grpc`);
  return `${lines.join('\n')}\n`;
}

function unknown(message: string): UnaryReply {
  return { kind: 'error', code: GRPC_STATUS.unknown, message };
}

/** The name Go's gRPC prints for a code. */
function codeName(code: number): string {
  if (code === GRPC_STATUS.unavailable) return 'Unavailable';
  if (code === GRPC_STATUS.unimplemented) return 'Unimplemented';
  return code === GRPC_STATUS.unknown ? 'Unknown' : `Code(${code})`;
}
