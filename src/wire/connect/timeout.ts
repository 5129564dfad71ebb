const MAX_TIMEOUT_MS = 9_999_999_999;

/** `connect-timeout-ms`: a positive whole number of at most ten digits, rounded up (https://connectrpc.com/docs/protocol). */
export function formatConnectTimeout(timeoutMs: number): string {
  return String(Math.min(Math.max(Math.ceil(timeoutMs), 1), MAX_TIMEOUT_MS));
}
