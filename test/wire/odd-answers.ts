import http2 from 'node:http2';

/** Answers one request. */
export type Answer = (stream: http2.ServerHttp2Stream) => void;
const grpcHeaders = { ':status': 200, 'content-type': 'application/grpc' };
export const framed = Buffer.from([0, 0, 0, 0, 2, 8, 1]);

/** A gRPC answer of this body. */
export function withTrailers(
  stream: http2.ServerHttp2Stream,
  trailers: http2.OutgoingHttpHeaders,
  body: Buffer = framed,
): void {
  stream.respond(grpcHeaders, { waitForTrailers: true });
  stream.on('wantTrailers', () => {
    stream.sendTrailers(trailers);
  });
  stream.end(body);
}

/** Answers as proxies and odd servers give them. */
export const ANSWERS: Record<string, Answer> = {
  'trailers-only': (stream) => {
    stream.respond(
      { ...grpcHeaders, 'grpc-status': '5', 'grpc-message': 'not%20here', 'x-pod': 'p' },
      { endStream: true },
    );
  },
  'OK without a message': (stream) => {
    withTrailers(stream, { 'grpc-status': '0' }, Buffer.alloc(0));
  },
  'a status beside a message': (stream) => {
    withTrailers(stream, { 'grpc-status': '9', 'grpc-message': 'no' });
  },
  'trailers without grpc-status': (stream) => {
    withTrailers(stream, { 'x-something': 'else' });
  },
  'no trailers': (stream) => {
    stream.respond(grpcHeaders);
    stream.end(framed);
  },
  'HTTP 503 with a text': (stream) => {
    stream.respond({ ':status': 503, 'content-type': 'text/plain', 'content-length': 19 });
    stream.end('no healthy upstream');
  },
  'HTTP 404 without a body': (stream) => {
    stream.respond({ ':status': 404 }, { endStream: true });
  },
  'HTTP 500 with HTML': (stream) => {
    stream.respond({ ':status': 500, 'content-type': 'text/html' });
    stream.end('<html><body>oops</body></html>');
  },
  'HTTP 503 with grpc-status': (stream) => {
    stream.respond({ ...grpcHeaders, ':status': 503, 'grpc-status': '7' }, { endStream: true });
  },
  'reset with CANCEL': (stream) => {
    stream.close(http2.constants.NGHTTP2_CANCEL);
  },
  'reset with INTERNAL_ERROR': (stream) => {
    stream.respond(grpcHeaders);
    stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR);
  },
  'reset with ENHANCE_YOUR_CALM': (stream) => {
    stream.close(http2.constants.NGHTTP2_ENHANCE_YOUR_CALM);
  },
  'message above the limit': (stream) => {
    withTrailers(stream, { 'grpc-status': '0' }, Buffer.from([0, 0x7f, 0, 0, 0, 1, 2, 3]));
  },
};
