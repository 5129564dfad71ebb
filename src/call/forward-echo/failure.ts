/** What a failed call says of the requests that an application was to make. */
export interface ForwardFailure {
  /** How many of them failed; null where it does not say. */
  errors: number | null;
  /** Status of the first error, in the application's words: `Unavailable`; null where it has none. */
  code: string | null;
  /** Of the first error, or of the call itself; bounded. */
  reason: string;
  /** The same as one cause, without what varies from call to call. */
  cause: string;
}

const MAX_REASON_LENGTH = 240;

/**
 * Reads why a call of Istio's ForwardEcho failed. Any request that fails takes the whole answer with it:
 * `6/20 requests had errors; first error: …`, or where the time for all of them was over
 * `request set timed out after 2s and only 0/3 requests completed (0s avg)`.
 * Source: istio/istio pkg/test/echo/server/forwarder/executor.go and util.go.
 */
export function forwardFailure(message: string): ForwardFailure {
  const text = steady(message);
  const failed = /(\d{1,9})\/\d{1,9} requests had errors; first error: (.*)$/s.exec(text);
  if (failed !== null) {
    const [, errors = '', first = ''] = failed;
    const { code, reason } = statusIn(first);
    return {
      errors: Number(errors),
      code,
      reason,
      cause: `requests had errors; first error: ${bounded(first)}`,
    };
  }
  const late =
    /(request set timed out after \S+) and only (\d{1,9})\/(\d{1,9}) requests completed/.exec(text);
  if (late !== null) {
    const [, reason = '', completed = '', all = ''] = late;
    const errors = Math.max(0, Number(all) - Number(completed));
    return { errors, code: null, reason, cause: reason };
  }
  return { errors: null, ...statusIn(text), cause: bounded(text) };
}

/** What Go's gRPC prints of an error: the status that it was given, and why. */
function statusIn(text: string): { code: string | null; reason: string } {
  const match = /rpc error: code = (\w{1,40}(?:\(\d+\))?) desc = (.*)$/s.exec(text);
  if (match === null) return { code: null, reason: bounded(text) };
  return { code: match[1] ?? null, reason: bounded(match[2] ?? '') };
}

/** Without the client's own port, which is another in each call. */
function steady(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/:\d{1,5}->/g, '->')
    .trim();
}

function bounded(text: string): string {
  return text.length > MAX_REASON_LENGTH ? `${text.slice(0, MAX_REASON_LENGTH)}…` : text;
}
