import {
  constants,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import type { UnaryReply } from './application.js';
import { encodeGrpcMessage, GRPC_STATUS } from './grpc-status.js';

const GRPC_CONTENT_TYPE = 'application/grpc';
const PREFIX_BYTES = 5;
/** The largest request accepted: gRPC's own default for a message. */
const MAX_REQUEST_BYTES = 4 * 1024 * 1024;

/** Whether a request is gRPC by its content type. */
export function isGrpc(headers: IncomingHttpHeaders): boolean {
  return headers['content-type']?.startsWith(GRPC_CONTENT_TYPE) ?? false;
}

/**
 * Reads the one message of a unary call and gives it to `answer`.
 *
 * @param answer Called at most once, only for a well-formed request.
 */
export function readUnaryRequest(
  stream: ServerHttp2Stream,
  answer: (message: Uint8Array) => void,
): void {
  const chunks: Buffer[] = [];
  let received = 0;
  stream.on('data', (chunk: Buffer) => {
    received += chunk.length;
    if (received > PREFIX_BYTES + MAX_REQUEST_BYTES) stream.close(constants.NGHTTP2_CANCEL);
    else chunks.push(chunk);
  });
  stream.on('end', () => {
    if (stream.destroyed || stream.closed) return;
    const body = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
    if (body.length < PREFIX_BYTES || body.readUInt32BE(1) !== body.length - PREFIX_BYTES) {
      respondError(stream, GRPC_STATUS.internal, 'the request is not one gRPC message');
    } else if (body[0] !== 0) {
      respondError(stream, GRPC_STATUS.unimplemented, 'compressed messages are not supported');
    } else {
      answer(body.subarray(PREFIX_BYTES));
    }
  });
}

/**
 * Answers every message of a bidirectional stream with one, in order, and ends with OK when the
 * client has said all.
 *
 * @param answer Gives the reply to one message; when it throws the call ends with INTERNAL.
 */
export function answerEachMessage(
  stream: ServerHttp2Stream,
  answer: (message: Uint8Array) => Uint8Array,
): void {
  const send = exchangeMessages(stream, (message) => {
    send(answer(message));
  });
}

/**
 * Takes the messages of a client's stream, and answers with one and OK when it has said all.
 *
 * @param take Gets each in turn; when it throws the call ends with INTERNAL.
 */
export function answerOnceAllCame(
  stream: ServerHttp2Stream,
  take: (message: Uint8Array) => void,
  answer: () => Uint8Array,
): void {
  exchangeMessages(stream, take, answer);
}

/**
 * Opens a stream on which both sides say what they like; it ends with OK when the client has said all.
 *
 * @param receive Takes one message; when it throws the call ends with INTERNAL.
 * @param atEnd Gives one more message when the client has said all, if any.
 * @returns Sends one message; does nothing when the call has ended.
 */
export function exchangeMessages(
  stream: ServerHttp2Stream,
  receive: (message: Uint8Array) => void,
  atEnd: () => Uint8Array | null = () => null,
): (message: Uint8Array) => void {
  let unread = Buffer.alloc(0);
  let status: number = GRPC_STATUS.ok;
  stream.respond({ ':status': 200, 'content-type': GRPC_CONTENT_TYPE }, { waitForTrailers: true });
  stream.on('wantTrailers', () => {
    stream.sendTrailers({ 'grpc-status': String(status) });
  });
  stream.on('data', (chunk: Buffer) => {
    if (stream.writableEnded) return;
    unread = Buffer.concat([unread, chunk]);
    try {
      for (let end = messageEnd(unread); end <= unread.length; end = messageEnd(unread)) {
        receive(unread.subarray(PREFIX_BYTES, end));
        unread = unread.subarray(end);
      }
    } catch {
      status = GRPC_STATUS.internal;
      stream.end();
    }
    if (unread.length > MAX_REQUEST_BYTES) stream.close(constants.NGHTTP2_CANCEL);
  });
  stream.on('end', () => {
    if (stream.destroyed || stream.writableEnded) return;
    const reply = atEnd();
    if (reply !== null) stream.write(framed(reply));
    stream.end();
  });
  return (message) => {
    if (!stream.destroyed && !stream.closed && !stream.writableEnded) stream.write(framed(message));
  };
}

/**
 * Answers with messages one after another, as fast as the client takes them, and ends with OK.
 *
 * @param count How many; Infinity until the client has left.
 * @param intervalMs Between one and the next.
 */
export function answerWithMessages(
  stream: ServerHttp2Stream,
  message: Uint8Array,
  count: number,
  intervalMs: number,
): void {
  if (stream.destroyed || stream.closed) return;
  stream.respond({ ':status': 200, 'content-type': GRPC_CONTENT_TYPE }, { waitForTrailers: true });
  stream.on('wantTrailers', () => {
    stream.sendTrailers({ 'grpc-status': String(GRPC_STATUS.ok) });
  });
  const bytes = framed(message);
  let left = count;
  let timer: NodeJS.Timeout | undefined;
  stream.on('close', () => {
    clearTimeout(timer);
  });
  const go = (): void => {
    while (left > 0 && !stream.destroyed && !stream.closed) {
      left -= 1;
      const isTaken = stream.write(bytes);
      if (left === 0) break;
      if (!isTaken) stream.once('drain', go);
      else if (intervalMs > 0) timer = setTimeout(go, intervalMs);
      else continue;
      return;
    }
    if (!stream.destroyed && !stream.closed) stream.end();
  };
  go();
}

/** Answers with one message, and leaves the stream open until the client has left. */
export function answerAndStay(
  stream: ServerHttp2Stream,
  message: Uint8Array,
  headers: OutgoingHttpHeaders,
): void {
  if (stream.destroyed || stream.closed) return;
  stream.respond({ ':status': 200, 'content-type': GRPC_CONTENT_TYPE, ...headers });
  stream.write(framed(message));
}

/** Where the first message of the buffer ends; infinite while even its length is missing. */
function messageEnd(buffer: Buffer): number {
  return buffer.length < PREFIX_BYTES ? Infinity : PREFIX_BYTES + buffer.readUInt32BE(1);
}

function framed(message: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(PREFIX_BYTES + message.length);
  bytes[0] = 0;
  bytes.writeUInt32BE(message.length, 1);
  bytes.set(message, PREFIX_BYTES);
  return bytes;
}

/** Ends a unary call; does nothing when the client has left already. */
export function respond(
  stream: ServerHttp2Stream,
  reply: UnaryReply,
  extraHeaders: OutgoingHttpHeaders = {},
): void {
  if (stream.destroyed || stream.closed) return;
  if (reply.kind === 'error') {
    respondError(stream, reply.code, reply.message, { ...extraHeaders, ...reply.headers });
    return;
  }
  if (reply.kind === 'http-error') {
    const said = { ':status': reply.status, 'content-type': 'text/plain' };
    stream.resume();
    stream.respond({ ...said, ...extraHeaders, ...reply.headers });
    stream.end(reply.message);
    return;
  }
  stream.respond(
    { ':status': 200, 'content-type': GRPC_CONTENT_TYPE, ...extraHeaders, ...reply.headers },
    { waitForTrailers: true },
  );
  stream.on('wantTrailers', () => {
    stream.sendTrailers({ 'grpc-status': String(GRPC_STATUS.ok) });
  });
  stream.end(framed(reply.message));
}

/** Ends a call with a status alone: headers and no body ("Trailers-Only"). */
export function respondError(
  stream: ServerHttp2Stream,
  code: number,
  message: string,
  extraHeaders: OutgoingHttpHeaders = {},
): void {
  if (stream.destroyed || stream.closed) return;
  const headers: OutgoingHttpHeaders = {
    ':status': 200,
    'content-type': GRPC_CONTENT_TYPE,
    'grpc-status': String(code),
    ...extraHeaders,
  };
  if (message !== '') headers['grpc-message'] = encodeGrpcMessage(message);
  stream.resume();
  stream.respond(headers, { endStream: true });
}
