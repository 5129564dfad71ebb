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
      return argument.toLowerCase().split('?').some(isUserAgent) ? 'user-agent' : null;
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

/** Between `?` and `:` there may be a header to take where the first is missing. */
function isUserAgent(header: string): boolean {
  return header.replace(/^:/, '') === 'user-agent';
}
