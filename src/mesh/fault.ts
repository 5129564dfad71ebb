import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { UnaryReply } from './application.js';
import { isGrpc, respondError } from './grpc-stream.js';
import { GRPC_STATUS } from './grpc-status.js';
import type { PodErrors } from './pod-errors.js';

/**
 * What goes wrong with the requests the split gives to one version. Where its pods are not asked, the
 * gateway answers for them in the words of Envoy 1.40:
 *
 * - `refused`: nothing listens at its pods. 503 `upstream connect error …`
 * - `cluster-not-found`: the route names a cluster that does not exist. 503 without words
 * - `no-healthy-upstream`: it has no pods. 503 `no healthy upstream`
 * - `overflow`: its circuit breaker is open. 503 `… reset reason: overflow`
 * - `abort`: answered with this gRPC status, and with these headers if they are to say by whom
 * - `reset`: the stream is reset with INTERNAL_ERROR after the request
 * - `delay`: the pod answers, later
 * - `hang`: nothing is ever answered
 * - `errors`: its pods answer a part of their calls with an error of their own
 */
export type Fault =
  | { kind: 'refused' }
  | { kind: 'cluster-not-found' }
  | { kind: 'no-healthy-upstream' }
  | { kind: 'overflow' }
  | {
      kind: 'abort';
      grpcStatus: number;
      message?: string;
      headers?: Readonly<Record<string, string>>;
    }
  | { kind: 'reset' }
  | { kind: 'delay'; delayMs: number }
  | { kind: 'hang' }
  | ({ kind: 'errors' } & PodErrors);

/** Faults after which the pod itself is never asked. */
export type DeadEnd = Exclude<Fault, { kind: 'delay' | 'errors' }>;

const UPSTREAM_ERROR = 'upstream connect error or disconnect/reset before headers. ';

type Status = Omit<UnaryReply & { kind: 'error' }, 'kind'>;

/** The status a gateway answers a dead end with; null when it answers none. */
function statusOf(fault: DeadEnd): Status | null {
  switch (fault.kind) {
    case 'refused':
      return unavailable(`${UPSTREAM_ERROR}reset reason: remote connection failure`);
    case 'cluster-not-found':
      return unavailable('');
    case 'no-healthy-upstream':
      return unavailable('no healthy upstream');
    case 'overflow':
      return unavailable(`${UPSTREAM_ERROR}reset reason: overflow`);
    case 'abort':
      return { code: fault.grpcStatus, message: fault.message ?? 'fault filter abort' };
    case 'reset':
    case 'hang':
      return null;
  }
}

function unavailable(message: string): Status {
  return { code: GRPC_STATUS.unavailable, message };
}

/** What a pod sees whose call to another pod met a dead end that ends it. */
export function deadEndReply(fault: Exclude<DeadEnd, { kind: 'hang' }>): UnaryReply {
  const status = statusOf(fault) ?? { code: GRPC_STATUS.internal, message: 'stream was reset' };
  return { kind: 'error', ...status };
}

/** Ends (or, for `hang`, abandons) a request that met a dead end. */
export function answerDeadEnd(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  fault: DeadEnd,
): void {
  const status = statusOf(fault);
  if (status) {
    const said = fault.kind === 'abort' ? fault.headers : undefined;
    answerLocally(stream, headers, 503, status, said);
  } else if (fault.kind === 'reset') stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  else stream.resume();
}

/** No route for this host or path: 404, which a gRPC client sees as UNIMPLEMENTED. */
export function answerNoRoute(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
  answerLocally(stream, headers, 404, { code: GRPC_STATUS.unimplemented, message: '' });
}

/**
 * A proxy's own answer: to a gRPC request a status alone, with HTTP status 200; to any other
 * request the HTTP status with the message as the body.
 */
function answerLocally(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  httpStatus: number,
  { code, message }: Status,
  said: Readonly<Record<string, string>> = {},
): void {
  if (isGrpc(headers)) {
    respondError(stream, code, message, said);
    return;
  }
  stream.resume();
  stream.respond({ ':status': httpStatus, 'content-type': 'text/plain', ...said });
  stream.end(message);
}
