import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { Application, UnaryMethod } from './application.js';
import { GRPC_STATUS } from './grpc-status.js';
import { decodeTextMessage } from './text-message.js';

const SERVING = 1;

/**
 * `grpc.health.v1.Health/Check`: SERVING for the server as a whole and for each service it has,
 * NOT_FOUND for any other name, as the health-checking protocol asks.
 */
export function healthCheckOf(application: Application): [path: string, method: UnaryMethod] {
  const services = new Set(['', 'grpc.health.v1.Health']);
  for (const path of application.keys()) services.add(path.split('/')[1] ?? '');
  return [
    '/grpc.health.v1.Health/Check',
    (request) =>
      services.has(decodeTextMessage(request))
        ? {
            kind: 'message',
            message: new BinaryWriter().tag(1, WireType.Varint).int32(SERVING).finish(),
          }
        : { kind: 'error', code: GRPC_STATUS.notFound, message: 'unknown service' },
  ];
}
