/** A plain HTTP request. */
export interface HttpRequest {
  kind: 'http';
  /** `GET`, as given: methods are case-sensitive (RFC 9110, section 9.1). */
  method: string;
  /** As in `:path`, with the query. */
  path: string;
  authority: string;
  scheme: 'http' | 'https';
  /** Headers by lower-case name, in order; without the host and what frames the body. */
  metadata: readonly (readonly [string, string])[];
  /** Empty where there is none. */
  body: Uint8Array;
  /** The request's own deadline, in ms. */
  timeoutMs: number;
  /** Whether its user agent ends in its number, which is written into it each time it is sent. */
  isNumbered?: boolean;
}

/** Methods for which a request without a body says so (RFC 9110, section 8.6). */
const EXPECT_A_BODY: readonly string[] = ['POST', 'PUT', 'PATCH'];

/** The value of `content-length`; null where the request has none. */
export function contentLengthOf({
  method,
  body,
}: Pick<HttpRequest, 'method' | 'body'>): string | null {
  return body.length > 0 || EXPECT_A_BODY.includes(method) ? String(body.length) : null;
}
