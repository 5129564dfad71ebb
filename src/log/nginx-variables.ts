import type { LogField } from './log-line.js';

const FIELDS: Readonly<Record<string, LogField>> = {
  http_user_agent: 'user-agent',
  request: 'request-line',
  request_method: 'method',
  request_uri: 'path',
  host: 'authority',
  http_host: 'authority',
  status: 'status',
  request_time: 'duration-seconds',
  upstream_addr: 'upstream-host',
  proxy_upstream_name: 'upstream-cluster',
  proxy_alternative_upstream_name: 'alternative-cluster',
  remote_port: 'client-port',
  realip_remote_port: 'client-port',
  msec: 'end-time',
  // Others that say when the request ended have whole seconds.
};

/**
 * What a variable of an nginx format is about, where that is of use.
 * Source: https://nginx.org/en/docs/varindex.html and, for `proxy_…`,
 * https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/log-format/
 */
export function nginxField(variable: string): LogField | null {
  return Object.hasOwn(FIELDS, variable) ? (FIELDS[variable] ?? null) : null;
}

/** Lists of what every attempt came to, with `, ` and ` : ` between them. */
export function isList(variable: string): boolean {
  return variable.startsWith('upstream_');
}
