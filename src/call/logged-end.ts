import {
  GRPC_STATUS_NAMES,
  GrpcStatus,
  parseGrpcStatus,
  statusFromHttp,
} from '../wire/grpc/status.js';
import { type CallEnd, NO_STATUS } from './answer.js';
import { type CallProtocol, isOfGrpc } from './kinds.js';

/** What a gateway's access log says of the end of a request. */
export interface LoggedEnd {
  /** Of HTTP; 0 where none was sent, null where the log does not say. */
  status: number | null;
  /** Of gRPC, as it stands there: `OK`, `DeadlineExceeded`, `DEADLINE_EXCEEDED`, `4`; null where there is none. */
  grpcStatus: string | null;
  /** Whether the log has a place for it. */
  isGrpcStatusLogged: boolean;
  /** Envoy's response flags: `UF,URX`; empty where there are none, null where the log does not say. */
  flags: string | null;
  /** Why there was no connection to the backend; null where there was one. */
  connectionFailure: string | null;
}

/**
 * Flags of requests that the client gave up.
 * Source: https://www.envoyproxy.io/docs/envoy/latest/configuration/advanced/substitution_formatter
 */
const GIVEN_UP: readonly string[] = ['DC', 'DR'];
/** Flags of answers that may have been good: a delay on purpose, an answer out of a cache. */
const HARMLESS: readonly string[] = ['DI', 'RFCF'];
/** nginx: the client closed the connection before it was answered. */
const NGINX_GIVEN_UP = 499;

/** How a request ended, by its line in the gateway's access log. */
export function loggedEnd(protocol: CallProtocol, said: LoggedEnd): CallEnd {
  const flags = said.flags === null || said.flags === '' ? [] : said.flags.split(',');
  const cause = [
    flags.length === 0 ? '' : `response flags ${flags.join(',')}`,
    said.connectionFailure ?? '',
  ]
    .filter(Boolean)
    .join(': ');
  const answered = (status: number): CallEnd => ({ kind: 'answered', status, cause });
  const without = (kind: 'cancelled' | 'broken'): CallEnd => ({ kind, status: NO_STATUS, cause });
  const { status, grpcStatus } = said;
  const ofGrpc = isOfGrpc(protocol);
  if (ofGrpc && grpcStatus !== null) return answered(grpcStatusOf(grpcStatus));
  if (status === NGINX_GIVEN_UP || flags.some((flag) => GIVEN_UP.includes(flag))) {
    return without('cancelled');
  }
  if (status === 0) return without('broken');
  if (!ofGrpc && status !== null) return answered(status);
  if (ofGrpc && status !== null && status !== 200) return answered(statusFromHttp(status));
  // The gateway's own answers to gRPC are HTTP 200, and a call that is cut off has no status.
  const isBad = said.isGrpcStatusLogged || flags.some((flag) => !HARMLESS.includes(flag));
  if (isBad) return without('broken');
  return answered(ofGrpc ? GrpcStatus.OK : 200);
}

/** Whether a line has a place for what says that a request of this kind failed. */
export function isFailureLogged(
  protocol: CallProtocol,
  { status, grpcStatus, isGrpcStatusLogged }: LoggedEnd,
): boolean {
  if (!isOfGrpc(protocol)) return status !== null;
  // The status of a failure of HTTP is one of gRPC.
  return isGrpcStatusLogged || grpcStatus !== null;
}

const BY_NAME = new Map(
  GRPC_STATUS_NAMES.map((name, status) => [name.replaceAll('_', ''), status] as const),
);

/** Envoy writes numbers, names as in the specification, or the same in camel case. */
function grpcStatusOf(text: string): number {
  const named = BY_NAME.get(text.replaceAll('_', '').toUpperCase());
  // Envoy's own words for what others spell with two.
  if (/^cancell?ed$/i.test(text)) return GrpcStatus.CANCELLED;
  return named ?? parseGrpcStatus(text);
}
