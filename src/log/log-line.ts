/**
 * What one line of a gateway's access log says of a request. The texts are a server's, and data. null:
 * it does not say.
 */
export interface LogLine {
  userAgent: string | null;
  method: string | null;
  /** With its query. */
  path: string | null;
  /** As in `:authority`, or the host. */
  authority: string | null;
  /** What the proxy calls the route that it took. */
  routeName: string | null;
  /** Whether the line has a place for it. */
  isRouteNameLogged: boolean;
  /** The host that the proxy chose last: `10.1.2.3:50051`; null where it chose none. */
  upstreamHost: string | null;
  /** What the proxy calls the destination it chose: `outbound|50051|v1|…`, `default-web-80`. */
  upstreamCluster: string | null;
  /** Where the request came from, as the proxy saw it: `10.1.2.3:40112`. */
  clientAddress: string | null;
  /** The port that the request came from, as the proxy saw it. */
  clientPort: number | null;
  /** Of HTTP; 0 where none was sent. */
  status: number | null;
  /** Of gRPC, as it stands there: `OK`, `DeadlineExceeded`, `14`; null where the call had none. */
  grpcStatus: string | null;
  /** Whether the line has a place for it. */
  isGrpcStatusLogged: boolean;
  /** From the request's first byte to the answer's last, in ms. */
  durationMs: number | null;
  /** Envoy's flags of what was out of the ordinary: `UH`, `UF,URX`; empty where nothing was. */
  flags: string | null;
  /** Why there was no connection to the host, in Envoy's words: `TLS_error:|268435703:…`. */
  connectionFailure: string | null;
  /** When the request came, in ms since 1970. */
  startedAtMs: number | null;
  /** How often the proxy tried the request; 0: it did not get so far. */
  attempts: number | null;
}

/** What a field of a log format is about. */
export type LogField =
  | 'user-agent'
  | 'method'
  | 'path'
  /** Method, path and version of HTTP. */
  | 'request-line'
  | 'authority'
  | 'route-name'
  | 'status'
  | 'grpc-status'
  /** Of a call that has no other than its headers. */
  | 'grpc-status-in-header'
  /** In ms. */
  | 'duration'
  | 'duration-seconds'
  | 'upstream-host'
  | 'upstream-cluster'
  /** In the place of the cluster, where there is one. */
  | 'alternative-cluster'
  | 'client-address'
  | 'client-port'
  | 'flags'
  | 'connection-failure'
  | 'start-time'
  /** From which it follows, where the line says how long it took. */
  | 'end-time'
  | 'attempts';

/** The texts of a line's fields, as they stand there. */
export type LogFields = Partial<Record<LogField, string>>;

/** Stands for nothing in the logs of Envoy and nginx. */
const NOTHING = '-';

/** Makes sense of a line's fields. */
export function logLineOf(fields: LogFields): LogLine {
  const durationMs = durationIn(textOf(fields.duration), textOf(fields['duration-seconds']));
  const endedAtMs = timeIn(textOf(fields['end-time']));
  const clientPort = textOf(fields['client-port']);
  const clientAddress = textOf(fields['client-address']);
  const [method = null, path = null] = textOf(fields['request-line'])?.split(' ') ?? [];
  const { 'grpc-status': ofGrpc, 'grpc-status-in-header': inHeader } = fields;
  return {
    userAgent: textOf(fields['user-agent']),
    method: textOf(fields.method) ?? method,
    path: textOf(fields.path) ?? path,
    authority: textOf(fields.authority),
    routeName: textOf(fields['route-name']),
    isRouteNameLogged: fields['route-name'] !== undefined,
    status: numberIn(textOf(fields.status)),
    grpcStatus: textOf(ofGrpc) ?? textOf(inHeader),
    isGrpcStatusLogged: ofGrpc !== undefined || inHeader !== undefined,
    durationMs,
    clientAddress,
    upstreamHost: lastHost(textOf(fields['upstream-host'])),
    upstreamCluster: textOf(fields['alternative-cluster']) ?? textOf(fields['upstream-cluster']),
    clientPort: portIn(clientPort === null ? clientAddress : `:${clientPort}`),
    flags: fields.flags === undefined ? null : (textOf(fields.flags) ?? ''),
    connectionFailure: textOf(fields['connection-failure']),
    startedAtMs: timeIn(textOf(fields['start-time'])) ?? startIn(endedAtMs, durationMs),
    attempts: numberIn(textOf(fields.attempts)),
  };
}

function textOf(text: string | undefined): string | null {
  return text === undefined || text === '' || text === NOTHING ? null : text;
}

/**
 * nginx names every host that it tried: `10.0.0.1:80, 10.0.0.2:80`, with ` : ` where it was sent on
 * internally. The last one gave the answer.
 * Source: https://nginx.org/en/docs/http/ngx_http_upstream_module.html#variables
 */
function lastHost(text: string | null): string | null {
  return textOf(
    text
      ?.split(/, | : /)
      .at(-1)
      ?.trim(),
  );
}

function numberIn(text: string | null): number | null {
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : null;
}

/** nginx has seconds with three decimals. */
function durationIn(ms: string | null, seconds: string | null): number | null {
  if (ms !== null) return numberIn(ms);
  return seconds !== null && /^\d{1,6}(?:\.\d{1,6})?$/.test(seconds)
    ? Number(seconds) * 1000
    : null;
}

function startIn(endedAtMs: number | null, durationMs: number | null): number | null {
  return endedAtMs === null || durationMs === null ? null : endedAtMs - durationMs;
}

function portIn(address: string | null): number | null {
  const port = Number(/:(\d{1,5})$/.exec(address ?? '')?.[1] ?? 0);
  return port > 0 && port < 65_536 ? port : null;
}

/** ISO 8601, or seconds since 1970 with their fraction. */
function timeIn(text: string | null): number | null {
  if (text === null) return null;
  const ms = /^\d{9,11}(?:\.\d{1,9})?$/.test(text) ? Number(text) * 1000 : Date.parse(text);
  return Number.isFinite(ms) && ms > 0 ? ms : null;
}
