import {
  fieldsOf,
  isGiven,
  itemsOf,
  numberOf,
  type Fields,
  type Path,
  refusal,
  type Refusals,
  textOf,
  textsOf,
} from './fields.js';
import { isCorsHeader } from './header-changes.js';
import { badRegex } from './http-match.js';
import { badDuration } from './retries.js';

/** The least share of requests that Envoy can tell from none, in percent. */
const LEAST_PERCENT = 0.0001;

/** Source: istio/istio pkg/util/grpc/codes.go, SupportedGRPCStatus. */
const GRPC_STATUSES =
  'OK CANCELLED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED NOT_FOUND ALREADY_EXISTS PERMISSION_DENIED RESOURCE_EXHAUSTED FAILED_PRECONDITION ABORTED OUT_OF_RANGE UNIMPLEMENTED INTERNAL UNAVAILABLE DATA_LOSS UNAUTHENTICATED'.split(
    ' ',
  );

/** Source: istio/istio pkg/config/validation/validation.go, validateHTTPFaultInjection. */
export function* refusedFault(fault: Fields, path: Path): Refusals {
  const { abort, delay } = fault;
  if (!isGiven(abort) && !isGiven(delay)) yield refusal(path, 'it must have abort or delay');
  yield* refusedAbort(fieldsOf(abort), [...path, 'abort']);
  yield* refusedDelay(fieldsOf(delay), [...path, 'delay']);
}

function* refusedAbort(abort: Fields, path: Path): Refusals {
  yield* badPercentage(abort.percentage, [...path, 'percentage']);
  const grpcStatus = abort.grpcStatus;
  if (isGiven(grpcStatus) && !GRPC_STATUSES.includes(textOf(grpcStatus)))
    yield refusal(
      [...path, 'grpcStatus'],
      `${JSON.stringify(grpcStatus)} is no status of gRPC: write it as NOT_FOUND or UNAVAILABLE`,
    );
  if (isGiven(abort.http2Error))
    yield refusal([...path, 'http2Error'], 'it is not supported: use httpStatus or grpcStatus');
  if (isGiven(abort.httpStatus)) yield* badStatus(abort.httpStatus, [...path, 'httpStatus']);
}

function* refusedDelay(delay: Fields, path: Path): Refusals {
  yield* badPercentage(delay.percentage, [...path, 'percentage']);
  yield* badDuration(delay.fixedDelay, [...path, 'fixedDelay']);
  if (isGiven(delay.exponentialDelay))
    yield refusal([...path, 'exponentialDelay'], 'it is not supported: use fixedDelay');
}

function* badPercentage(percentage: unknown, path: Path): Refusals {
  const value = numberOf(fieldsOf(percentage).value);
  if (value < 0 || value > 100 || (value > 0 && value < LEAST_PERCENT))
    yield refusal(
      [...path, 'value'],
      `it must be 0 or between ${LEAST_PERCENT} and 100, and is ${value}`,
    );
}

/** The limit 600 is the source's. */
export function* badStatus(value: unknown, path: Path): Refusals {
  const status = numberOf(value);
  if (status < 200 || status > 600)
    yield refusal(path, `the status must be between 200 and 599, and is ${status}`);
}

const CORS_METHODS = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'CONNECT',
  'OPTIONS',
  'TRACE',
  '*',
];

/** Source: istio/istio pkg/config/validation/validation.go, validateCORSPolicy. */
export function* refusedCors(policy: Fields, path: Path): Refusals {
  for (const [origin, at] of itemsOf(policy.allowOrigins, [...path, 'allowOrigins'])) {
    if (['exact', 'prefix', 'regex'].every((kind) => textOf(origin[kind]) === ''))
      yield refusal(at, 'the origin is empty: give it exact, prefix or regex');
    yield* badRegex(origin.regex, [...at, 'regex']);
  }
  for (const [method, at] of textsOf(policy.allowMethods, [...path, 'allowMethods']))
    if (!CORS_METHODS.includes(method)) yield refusal(at, `${JSON.stringify(method)} is no method`);
  for (const field of ['allowHeaders', 'exposeHeaders'])
    for (const [name, at] of textsOf(policy[field], [...path, field]))
      if (!isCorsHeader(name)) yield refusal(at, `${JSON.stringify(name)} is no name of a header`);
  yield* badDuration(policy.maxAge, [...path, 'maxAge'], 1000);
}
