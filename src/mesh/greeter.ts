import type { Application } from './application.js';
import { decodeTextMessage, encodeTextMessage } from './text-message.js';

/** `helloworld.Greeter`, whose reply names the pod that gave it. */
export const greeter: Application = new Map([
  [
    '/helloworld.Greeter/SayHello',
    (request, { pod }) => ({
      kind: 'message',
      message: encodeTextMessage(`Hello, ${decodeTextMessage(request)}! I'm from ${pod.name}!`),
    }),
  ],
]);
