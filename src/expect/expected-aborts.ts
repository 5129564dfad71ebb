/**
 * What Envoy's fault filter says with every status that it can be told to answer with.
 * Source: envoyproxy/envoy source/extensions/filters/http/fault/fault_filter.cc, abortWithStatus.
 */
export const ABORT_MESSAGE = 'fault filter abort';

/** A part of the requests that the route has the proxy answer on purpose. */
export interface AbortedPart {
  /** Between 0 and 1. */
  share: number;
  /** `gRPC UNAVAILABLE`, `HTTP 503`. */
  description: string;
}

/** Such requests, as a run expects them. */
export interface ExpectedAborts extends AbortedPart {
  /** Their status is one that is OK: they are no failures, but answers of nobody. */
  answeredOk: boolean;
}

/**
 * What a run can expect of the aborts of a route.
 *
 * @param abort What the route says; its HTTP status is null where it is a gRPC status.
 * @param okStatuses Statuses with which a request of the call is OK.
 */
export function expectedAborts(
  { share, description, httpStatus }: AbortedPart & { httpStatus: number | null },
  okStatuses: readonly (readonly [number, number])[],
): ExpectedAborts {
  const answeredOk =
    httpStatus !== null &&
    okStatuses.some(([first, last]) => httpStatus >= first && httpStatus <= last);
  return { share, description, answeredOk };
}
