import { InputError } from '../input-error.js';
import { envoyField } from './envoy-operators.js';
import type { LogField, LogFields } from './log-line.js';
import type { LineNeeds } from './line-needs.js';
import { nginxField } from './nginx-variables.js';
import { ENVOY_OPERATOR, type LineReader } from './text-format.js';

/** Where in a JSON line a field stands. */
type Keys = readonly (readonly [path: readonly string[], field: LogField])[];

/**
 * The keys under which gateways log, each by itself: Istio's and Alibaba Cloud Service Mesh's, Envoy
 * Gateway's, and those of nginx where its variables name the keys.
 */
const USUAL_KEYS: Keys = [
  [['user_agent'], 'user-agent'],
  [['user-agent'], 'user-agent'],
  [['http_user_agent'], 'user-agent'],
  [['method'], 'method'],
  [['request_method'], 'method'],
  [['path'], 'path'],
  [['x-envoy-origin-path'], 'path'],
  [['request_uri'], 'path'],
  [['request'], 'request-line'],
  [['authority'], 'authority'],
  [[':authority'], 'authority'],
  [['host'], 'authority'],
  [['http_host'], 'authority'],
  [['route_name'], 'route-name'],
  [['response_code'], 'status'],
  [['status'], 'status'],
  [['grpc_status'], 'grpc-status'],
  [['grpc_status_number'], 'grpc-status'],
  [['duration'], 'duration'],
  [['request_time'], 'duration-seconds'],
  [['upstream_host'], 'upstream-host'],
  [['upstream_addr'], 'upstream-host'],
  [['upstream_cluster'], 'upstream-cluster'],
  [['proxy_upstream_name'], 'upstream-cluster'],
  [['proxy_alternative_upstream_name'], 'alternative-cluster'],
  [['downstream_remote_address'], 'client-address'],
  [['remote_port'], 'client-port'],
  [['response_flags'], 'flags'],
  [['upstream_transport_failure_reason'], 'connection-failure'],
  [['start_time'], 'start-time'],
  [['upstream_request_attempt_count'], 'attempts'],
];

/** Takes lines apart that are JSON with the usual keys. */
export const readUsualJson: LineReader = (line) => fieldsIn(line, USUAL_KEYS);

/**
 * Compiles a format of JSON lines: `{"ua": "%REQ(USER-AGENT)%", …}`.
 *
 * @throws InputError when it is no JSON object, or does not say what is needed.
 */
export function jsonFormat(format: string, needs: LineNeeds): LineReader {
  const keys = keysIn(parsed(format), []);
  needs.requireIn(keys.map(([, field]) => field));
  return (line) => fieldsIn(line, keys);
}

function parsed(format: string): unknown {
  try {
    return JSON.parse(format);
  } catch {
    throw new InputError('it begins like JSON, and is none', { path: '--access-log-format' });
  }
}

function keysIn(format: unknown, path: readonly string[]): Keys {
  if (typeof format === 'string') {
    const field = fieldOf(format);
    return field === null ? [] : [[path, field]];
  }
  if (typeof format !== 'object' || format === null) return [];
  return Object.entries(format).flatMap(([key, value]) => keysIn(value, [...path, key]));
}

/** A value that is one operator and nothing else. */
function fieldOf(value: string): LogField | null {
  const variable = /^\$\{?([a-z][a-z0-9_]*)\}?$/.exec(value)?.[1];
  if (variable !== undefined) return nginxField(variable);
  const [match] = value.matchAll(ENVOY_OPERATOR);
  return match?.[0] === value && match[1] !== undefined
    ? envoyField(match[1], match[2] ?? '')
    : null;
}

function fieldsIn(line: string, keys: Keys): LogFields | null {
  if (!line.startsWith('{')) return null;
  let object: unknown;
  try {
    object = JSON.parse(line);
  } catch {
    return null;
  }
  const fields: LogFields = {};
  for (const [path, field] of keys) {
    const value = valueAt(object, path);
    if (value !== undefined && (fields[field] ?? '') === '') fields[field] = value;
  }
  return fields;
}

/** @returns undefined where there is no such key; empty where it says nothing. */
function valueAt(object: unknown, path: readonly string[]): string | undefined {
  let value = object;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? value : undefined;
}
