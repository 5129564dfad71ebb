import type { LogField } from './log-line.js';

/**
 * What an operator of an Envoy format is about, where that is of use.
 *
 * @param argument What stands in its brackets: `USER-AGENT`, `X-ENVOY-ORIGINAL-PATH?:PATH`.
 * Source: https://www.envoyproxy.io/docs/envoy/latest/configuration/advanced/substitution_formatter
 */
export function envoyField(operator: string, argument: string): LogField | null {
  switch (operator) {
    case 'REQ':
      return headerField(argument.toLowerCase().split('?'));
    case 'PATH':
      return 'path';
    case 'ROUTE_NAME':
      return 'route-name';
    case 'RESPONSE_CODE':
      return 'status';
    case 'GRPC_STATUS':
    case 'GRPC_STATUS_NUMBER':
      return 'grpc-status';
    case 'TRAILER':
      return argument.toLowerCase() === 'grpc-status' ? 'grpc-status' : null;
    case 'RESP':
      return argument.toLowerCase() === 'grpc-status' ? 'grpc-status-in-header' : null;
    case 'DURATION':
      return 'duration';
    case 'UPSTREAM_HOST':
    case 'UPSTREAM_REMOTE_ADDRESS':
      return 'upstream-host';
    case 'UPSTREAM_CLUSTER':
    case 'UPSTREAM_CLUSTER_RAW':
      return 'upstream-cluster';
    case 'DOWNSTREAM_REMOTE_ADDRESS':
    case 'DOWNSTREAM_DIRECT_REMOTE_ADDRESS':
      return 'client-address';
    case 'DOWNSTREAM_REMOTE_PORT':
    case 'DOWNSTREAM_DIRECT_REMOTE_PORT':
      return 'client-port';
    case 'RESPONSE_FLAGS':
      return 'flags';
    case 'UPSTREAM_TRANSPORT_FAILURE_REASON':
      return 'connection-failure';
    case 'UPSTREAM_REQUEST_ATTEMPT_COUNT':
      return 'attempts';
    case 'START_TIME':
      return 'start-time';
    default:
      return null;
  }
}

const HEADER_FIELDS: Readonly<Record<string, LogField>> = {
  'user-agent': 'user-agent',
  method: 'method',
  path: 'path',
  authority: 'authority',
  host: 'authority',
};

/** @param headers The one that is logged, and one to take where that is missing: `x-envoy-original-path?:path`. */
function headerField(headers: readonly string[]): LogField | null {
  for (const header of headers) {
    const name = header.replace(/^:/, '');
    if (Object.hasOwn(HEADER_FIELDS, name)) return HEADER_FIELDS[name] ?? null;
  }
  return null;
}
