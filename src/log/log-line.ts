/**
 * What one line of a gateway's access log says of a request. The texts are a server's, and data. null:
 * it does not say.
 */
export interface LogLine {
  userAgent: string;
  /** The host that the proxy chose last: `10.1.2.3:50051`; null where it chose none. */
  upstreamHost: string | null;
  /** What the proxy calls the destination it chose: `outbound|50051|v1|…`, `default-web-80`. */
  upstreamCluster: string | null;
  /** The port that the request came from, as the proxy saw it. */
  clientPort: number | null;
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
  | 'upstream-host'
  | 'upstream-cluster'
  /** In the place of the cluster, where there is one. */
  | 'alternative-cluster'
  | 'client-address'
  | 'client-port'
  | 'flags'
  | 'connection-failure'
  | 'start-time'
  | 'attempts';

/** The texts of a line's fields, as they stand there. */
export type LogFields = Partial<Record<LogField, string>>;

/** Stands for nothing in the logs of Envoy and nginx. */
const NOTHING = '-';

/** Makes sense of a line's fields. @returns null where it names no user agent. */
export function logLineOf(fields: LogFields): LogLine | null {
  const userAgent = textOf(fields['user-agent']);
  if (userAgent === null) return null;
  const clientPort = textOf(fields['client-port']);
  return {
    userAgent,
    upstreamHost: lastHost(textOf(fields['upstream-host'])),
    upstreamCluster: textOf(fields['alternative-cluster']) ?? textOf(fields['upstream-cluster']),
    clientPort: portIn(clientPort === null ? textOf(fields['client-address']) : `:${clientPort}`),
    flags: fields.flags === undefined ? null : (textOf(fields.flags) ?? ''),
    connectionFailure: textOf(fields['connection-failure']),
    startedAtMs: timeIn(textOf(fields['start-time'])),
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
