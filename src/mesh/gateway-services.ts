import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { Application, UnaryMethod, UnaryReply } from './application.js';
import { healthCheckOf } from './health.js';
import { decodeTextMessage } from './text-message.js';

/** The header by which pods of both services say who they are, as an interceptor adds it to all answers. */
const POD_HEADER = 'x-pod';

/** `mypackage.UserService`, whose users name the pod that gave them. */
export const userService: Application = withPodHeader(
  new Map<string, UnaryMethod>([
    [
      '/mypackage.UserService/GetUser',
      (request, { pod }) => {
        const id = decodeTextMessage(request);
        return texts(id, `user ${id}`, pod.name);
      },
    ],
  ]),
);

/** `mypackage.OrderService`, whose orders name no pod. */
export const orderService: Application = withPodHeader(
  new Map<string, UnaryMethod>([
    ['/mypackage.OrderService/GetOrder', (request) => texts(decodeTextMessage(request), '7')],
  ]),
);

/** A message of texts, numbered from 1. */
function texts(...values: readonly string[]): UnaryReply {
  const writer = new BinaryWriter();
  values.forEach((value, index) => writer.tag(index + 1, WireType.LengthDelimited).string(value));
  return { kind: 'message', message: writer.finish() };
}

/** The application with its health beside it, all of whose answers name the pod. */
function withPodHeader(application: Application): Application {
  const whole: [string, UnaryMethod][] = [...application, healthCheckOf(application)];
  return new Map(
    whole.map(([path, method]): [string, UnaryMethod] => [
      path,
      async (request, call) => {
        const reply = await method(request, call);
        return { ...reply, headers: { ...reply.headers, [POD_HEADER]: call.pod.name } };
      },
    ]),
  );
}
