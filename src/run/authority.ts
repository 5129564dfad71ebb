import type { CallProtocol } from '../call/kinds.js';
import { formatTarget, hostPort, type Target } from '../scenario/target.js';

const DEFAULT_PORTS = { http: 80, https: 443 } as const;

/**
 * The authority of requests that have none of their own. Plain HTTP, gRPC-Web and Connect leave out the port that
 * their scheme has anyway, as curl and browsers do; gRPC's channels keep it.
 */
export function authorityOf(target: Target, kind: CallProtocol, scheme: 'http' | 'https'): string {
  if (target.kind === 'unix') return 'localhost';
  if (target.kind === 'xds') return hostPort(target);
  const text = formatTarget(target);
  const port = `:${DEFAULT_PORTS[scheme]}`;
  return kind !== 'grpc' && text.endsWith(port) ? text.slice(0, -port.length) : text;
}
