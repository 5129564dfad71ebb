import { jsonFormat, readUsualJson } from './json-format.js';
import type { LineNeeds } from './line-needs.js';
import { type LogLine, logLineOf } from './log-line.js';
import { type LineReader, textFormat } from './text-format.js';

/** Makes sense of a line. @returns null where it is of another form. */
export type LineParser = (line: string) => LogLine | null;

/** What Envoy's own format and Istio's have in common at their end. */
const ENVOY_TAIL =
  '%BYTES_RECEIVED% %BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQ(X-FORWARDED-FOR)%" "%REQ(USER-AGENT)%" "%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%"';
const ENVOY_HEAD =
  '[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS%';

/**
 * Formats of lines of text that are known without being told: those of Istio, of Envoy itself, and of
 * ingress-nginx.
 * Sources: istio/istio pilot/pkg/model/telemetry_logging.go; envoyproxy/envoy
 * source/common/formatter/substitution_format_string.cc; kubernetes/ingress-nginx
 * internal/ingress/controller/config/config.go (logFormatUpstream).
 */
const USUAL_FORMATS = [
  `${ENVOY_HEAD} %RESPONSE_CODE_DETAILS% %CONNECTION_TERMINATION_DETAILS% "%UPSTREAM_TRANSPORT_FAILURE_REASON%" ${ENVOY_TAIL} %UPSTREAM_CLUSTER_RAW% %UPSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_REMOTE_ADDRESS% %REQUESTED_SERVER_NAME% %ROUTE_NAME%`,
  `${ENVOY_HEAD} ${ENVOY_TAIL}`,
  '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" $request_length $request_time [$proxy_upstream_name] [$proxy_alternative_upstream_name] $upstream_addr $upstream_response_length $upstream_response_time $upstream_status $req_id',
];

/**
 * Makes what parses the lines of an access log.
 *
 * @param format In Envoy's or nginx's notation; null: each line may have any of the usual ones.
 * @param needs What lines are read for.
 * @throws InputError when the format cannot be gone by.
 */
export function lineParser(format: string | null, needs: LineNeeds): LineParser {
  const readers =
    format === null ? [readUsualJson, ...usualTexts(needs)] : [readerOf(format, needs)];
  return (line) => {
    const text = withoutPrefix(line);
    for (const read of readers) {
      // What looks like kubectl's time may be the format's own.
      const fields = read(text) ?? (text.length < line.length ? read(line.trimEnd()) : null);
      if (fields === null) continue;
      const said = logLineOf(fields);
      return needs.isIn(said) ? said : null;
    }
    return null;
  };
}

function usualTexts(needs: LineNeeds): LineReader[] {
  return USUAL_FORMATS.map((format) => textFormat(format, needs));
}

function readerOf(format: string, needs: LineNeeds): LineReader {
  return format.trimStart().startsWith('{') ? jsonFormat(format, needs) : textFormat(format, needs);
}

/** What `kubectl logs --prefix` and `--timestamps` put before a line, and containers' own log files. */
const PREFIX =
  /^(?:\[pod\/[^\]]*\] )?(?:\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d) (?:std(?:out|err) F )?)?/;

function withoutPrefix(line: string): string {
  return line.slice(PREFIX.exec(line)?.[0].length).trimEnd();
}
