/** How Go's libraries write things. */

const CODE_NAMES = [
  'OK',
  'Canceled',
  'Unknown',
  'InvalidArgument',
  'DeadlineExceeded',
  'NotFound',
  'AlreadyExists',
  'PermissionDenied',
  'ResourceExhausted',
  'FailedPrecondition',
  'Aborted',
  'OutOfRange',
  'Unimplemented',
  'Internal',
  'Unavailable',
  'DataLoss',
  'Unauthenticated',
] as const;

/** An error of gRPC. */
export function grpcErrorInGo(code: number, description: string): string {
  return `rpc error: code = ${CODE_NAMES[code] ?? `Code(${code})`} desc = ${description}`;
}

/** `5s`, `2.5s`, `12.3ms`, `626.024µs`, `0s` */
export function durationInGo(ms: number): string {
  if (ms >= 1000) return `${rounded(ms / 1000)}s`;
  if (ms >= 1) return `${rounded(ms)}ms`;
  return ms === 0 ? '0s' : `${rounded(ms * 1000)}µs`;
}

function rounded(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

/** A header's name: `x-request-id` is `X-Request-Id`. */
export function headerNameInGo(name: string): string {
  return name.replace(/(?:^|-)[a-z]/g, (start) => start.toUpperCase());
}
