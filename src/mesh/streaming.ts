import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import type { Application, Pod, UnaryReply } from './application.js';
import {
  answerAndStay,
  answerEachMessage,
  answerOnceAllCame,
  answerWithMessages,
  readUnaryRequest,
} from './grpc-stream.js';
import { HEALTH_CHECK, watchedHealth } from './health.js';
import { decodeTextMessage, encodeTextMessage } from './text-message.js';

/** What a streaming method sees of the call. */
interface StreamContext {
  pod: Pod;
  headers: IncomingHttpHeaders;
  /** Calls another method of the same pod. */
  own: (path: string, request: Uint8Array) => UnaryReply | Promise<UnaryReply>;
}

/** Serves one stream until its end. */
type StreamingMethod = (stream: ServerHttp2Stream, call: StreamContext) => void;

/** How many greetings a server stream has unless the client says: `stream-messages: 20`, or `endless`. */
const USUAL_MESSAGES = 5;
/** How many names one greeting has at most. */
const MAX_NAMES = 20;

const METHODS: ReadonlyMap<string, StreamingMethod> = new Map<string, StreamingMethod>([
  [
    '/helloworld.Greeter/SayHelloStreamReply',
    (stream, { pod, headers }) => {
      readUnaryRequest(stream, (request) => {
        const { 'stream-messages': asked, 'stream-interval-ms': interval } = headers;
        const count = asked === 'endless' ? Infinity : Number(asked ?? USUAL_MESSAGES);
        answerWithMessages(stream, greeting(request, pod), count, Number(interval ?? 0));
      });
    },
  ],
  [
    '/helloworld.Greeter/SayHelloClientStream',
    (stream, { pod }) => {
      const names: string[] = [];
      answerOnceAllCame(
        stream,
        (request) => {
          const name = decodeTextMessage(request);
          // A client may send without end, and one answer holds them all.
          if (names.length < MAX_NAMES) names.push(name);
        },
        () => encodeTextMessage(hello(names.join(', '), pod)),
      );
    },
  ],
  [
    '/helloworld.Greeter/SayHelloBidiStream',
    (stream, { pod }) => {
      answerEachMessage(stream, (request) => greeting(request, pod));
    },
  ],
  [
    '/grpc.health.v1.Health/Watch',
    (stream, { own }) => {
      readUnaryRequest(stream, (request) => {
        void Promise.resolve(own(HEALTH_CHECK, request)).then((checked) => {
          answerAndStay(stream, watchedHealth(checked), checked.headers ?? {});
        });
      });
    },
  ],
]);

function greeting(request: Uint8Array, pod: Pod): Uint8Array {
  return encodeTextMessage(hello(decodeTextMessage(request), pod));
}

function hello(name: string, pod: Pod): string {
  return `Hello, ${name}! I'm from ${pod.name}!`;
}

/** The streaming method of an application at a path; undefined where it has none there. */
export function streamingMethod(
  application: Application,
  path: string,
): StreamingMethod | undefined {
  const method = METHODS.get(path);
  if (method === undefined) return undefined;
  // It stands beside the unary ones of its service.
  const service = path.slice(0, path.lastIndexOf('/') + 1);
  return [...application.keys()].some((own) => own.startsWith(service)) ? method : undefined;
}
