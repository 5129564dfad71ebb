/**
 * Header fields of HTTP/1.1 connections, which no HTTP/2 message may have (RFC 9113, section 8.2.2).
 * `te` is another: a request may have it, as `trailers` alone.
 */
export const CONNECTION_SPECIFIC: ReadonlySet<string> = new Set([
  'connection',
  'proxy-connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
]);
