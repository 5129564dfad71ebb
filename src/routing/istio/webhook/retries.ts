import {
  isGiven,
  numberOf,
  type Fields,
  type Path,
  refusal,
  type Refusals,
  textOf,
} from './fields.js';
import { durationMs } from '../../manifest/duration.js';

const RETRY_ON =
  '5xx gateway-error reset reset-before-request connect-failure retriable-4xx refused-stream retriable-status-codes retriable-headers envoy-ratelimited http3-post-connect-failure cancelled deadline-exceeded internal resource-exhausted unavailable'.split(
    ' ',
  );
/** Statuses that Go has a name for. */
const STATUS =
  /^(?:10[0-3]|20[0-8]|226|30[0-578]|4(?:0\d|1[0-8]|2[1-689]|31|51)|5(?:0[0-8]|1[01]))$/;

/** Source: istio/istio pkg/config/validation/validation.go, validateHTTPRetry. */
export function* badRetries(retries: Fields, path: Path): Refusals {
  const attempts = numberOf(retries.attempts);
  const retryOn = textOf(retries.retryOn);
  if (attempts < 0)
    yield refusal([...path, 'attempts'], `it must not be negative, and is ${attempts}`);
  if (
    attempts === 0 &&
    (retryOn !== '' || isGiven(retries.perTryTimeout) || isGiven(retries.retryRemoteLocalities))
  )
    yield refusal(
      path,
      'without attempts nothing is tried again: give it attempts, or leave the others out',
    );
  yield* badDuration(retries.perTryTimeout, [...path, 'perTryTimeout']);
  yield* badDuration(retries.backoff, [...path, 'backoff']);
  for (const policy of retryOn === '' ? [] : retryOn.split(','))
    if (!RETRY_ON.includes(policy) && !STATUS.test(policy))
      yield refusal(
        [...path, 'retryOn'],
        `${JSON.stringify(policy)} is nothing that can be retried on`,
      );
}

/**
 * Source: istio/istio pkg/config/validation/agent/validation.go, ValidateDuration.
 * @param stepMs What it must be a multiple of.
 */
export function* badDuration(value: unknown, path: Path, stepMs = 1): Refusals {
  if (!isGiven(value)) return;
  const milliseconds = durationMs(textOf(value));
  if (milliseconds === null) yield refusal(path, `${JSON.stringify(value)} is no duration`);
  else if (milliseconds < 1)
    yield refusal(path, 'a duration must be 1ms or more: leave it out for none');
  else if (!isMultiple(milliseconds, stepMs))
    yield refusal(path, `a duration here is of whole ${stepMs === 1 ? 'milliseconds' : 'seconds'}`);
}

/** Of those that may be 0. */
export function* noDuration(value: unknown, path: Path): Refusals {
  if (isGiven(value) && durationMs(textOf(value)) === null)
    yield refusal(path, `${JSON.stringify(value)} is no duration`);
}

function isMultiple(milliseconds: number, stepMs: number): boolean {
  return Math.abs(milliseconds / stepMs - Math.round(milliseconds / stepMs)) < 1e-9;
}
