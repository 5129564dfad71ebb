import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type {
  Application,
  CallContext,
  Forward,
  ForwardedCall,
  Pod,
  UnaryReply,
} from './application.js';
import {
  answerEachMessage,
  isGrpc,
  readUnaryRequest,
  respond,
  respondError,
} from './grpc-stream.js';
import { GRPC_STATUS } from './grpc-status.js';
import type { FailingCalls } from './pod-errors.js';
import { reflectedFile } from './reflection-files.js';
import { streamingMethod } from './streaming.js';
import { answerReflection, REFLECTION_PATHS } from './reflection.js';

/** One running pod: its application and the requests it was given. */
export interface RunningPod {
  pod: Pod;
  application: Application;
  /** Its contracts, for reflection, by the names of their files. */
  protoFiles: readonly string[];
  port: number;
  forward: Forward;
  /** null: all of its calls succeed. */
  failing: FailingCalls | null;
  /** Requests that came over a connection, whatever was answered; reflection does not count. */
  served: number;
  /** Requests that another pod forwarded. */
  forwarded: number;
}

/**
 * Answers one request as the pod's own gRPC server does: 415 for what is not gRPC, UNIMPLEMENTED
 * for a method it lacks, INTERNAL for a message that does not decode. A client that has left
 * already is not answered and not counted; nor is reflection, which asks about the pod, not of it.
 */
export function serveStream(
  running: RunningPod,
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
): void {
  if (stream.destroyed || stream.closed) return;
  const path = headers[':path'] ?? '';
  if (REFLECTION_PATHS.has(path)) {
    const files = running.protoFiles.map(reflectedFile);
    answerEachMessage(stream, (message) => answerReflection(message, files));
    return;
  }
  running.served += 1;
  if (!isGrpc(headers)) {
    stream.resume();
    stream.respond(
      { ':status': constants.HTTP_STATUS_UNSUPPORTED_MEDIA_TYPE },
      { endStream: true },
    );
    return;
  }
  const streaming = streamingMethod(running.application, path);
  if (streaming !== undefined) {
    const { pod, failing } = running;
    if (failing?.next() === true) respond(stream, failing.reply(pod.name));
    else {
      streaming(stream, {
        ...{ pod, headers },
        own: (ofPod, request) => run(running, { path: ofPod, headers, request }),
      });
    }
    return;
  }
  if (!running.application.has(path)) {
    respondError(stream, GRPC_STATUS.unimplemented, unknownMethod(path));
    return;
  }
  readUnaryRequest(stream, (request) => {
    const reply = call(running, { path, headers, request });
    if (reply instanceof Promise) {
      void reply.then((late) => {
        respond(stream, late);
      });
    } else {
      respond(stream, reply);
    }
  });
}

/** Whether a request is a call with one message either way, as far as its application knows. */
export function isUnary(
  { application }: Pick<RunningPod, 'application'>,
  headers: IncomingHttpHeaders,
): boolean {
  const path = headers[':path'] ?? '';
  return !REFLECTION_PATHS.has(path) && streamingMethod(application, path) === undefined;
}

/** Answers a call whose request a gateway has read. */
export function answerCall(
  running: RunningPod,
  forwarded: ForwardedCall,
): UnaryReply | Promise<UnaryReply> {
  running.served += 1;
  return call(running, forwarded);
}

/** Runs a method for another pod, without a connection in between. */
export function forwardToPod(
  running: RunningPod,
  forwarded: ForwardedCall,
): UnaryReply | Promise<UnaryReply> {
  running.forwarded += 1;
  return call(running, forwarded);
}

function call(running: RunningPod, forwarded: ForwardedCall): UnaryReply | Promise<UnaryReply> {
  const { application, pod, failing } = running;
  const isFailing = application.has(forwarded.path) && failing?.next() === true;
  return isFailing ? failing.reply(pod.name) : run(running, forwarded);
}

/** Runs a method, whether or not some of the pod's calls fail. */
function run(
  { application, pod, port, forward }: RunningPod,
  { path, headers, request }: ForwardedCall,
): UnaryReply | Promise<UnaryReply> {
  const method = application.get(path);
  if (!method) {
    return { kind: 'error', code: GRPC_STATUS.unimplemented, message: unknownMethod(path) };
  }
  const context: CallContext = { pod, headers, port, forward };
  try {
    return method(request, context);
  } catch (error) {
    const message = `the request does not decode: ${(error as Error).message}`;
    return { kind: 'error', code: GRPC_STATUS.internal, message };
  }
}

/** In the words of Go's gRPC server. */
function unknownMethod(path: string): string {
  const [, service = '', method = ''] = path.split('/');
  return `unknown method ${method} for service ${service}`;
}
