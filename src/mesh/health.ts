import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { Application, UnaryMethod, UnaryReply } from './application.js';
import { GRPC_STATUS } from './grpc-status.js';
import { decodeTextMessage } from './text-message.js';

const SERVING = 1;
const SERVICE_UNKNOWN = 3;

export const HEALTH_CHECK = '/grpc.health.v1.Health/Check';

/**
 * `grpc.health.v1.Health/Check`: SERVING for the server as a whole and for each service it has,
 * NOT_FOUND for any other name, as the health-checking protocol asks.
 */
export function healthCheckOf(application: Application): [path: string, method: UnaryMethod] {
  const services = new Set(['', 'grpc.health.v1.Health']);
  for (const path of application.keys()) services.add(path.split('/')[1] ?? '');
  return [
    HEALTH_CHECK,
    (request) =>
      services.has(decodeTextMessage(request))
        ? { kind: 'message', message: healthStatus(SERVING) }
        : { kind: 'error', code: GRPC_STATUS.notFound, message: 'unknown service' },
  ];
}

/**
 * What `grpc.health.v1.Health/Watch` says at once, by what a check says: a service that there is not may come, so that
 * its absence is no failure. Nothing changes in the mesh: nothing more is said.
 */
export function watchedHealth(checked: UnaryReply): Uint8Array {
  return checked.kind === 'message' ? checked.message : healthStatus(SERVICE_UNKNOWN);
}

function healthStatus(status: number): Uint8Array {
  return new BinaryWriter().tag(1, WireType.Varint).int32(status).finish();
}
