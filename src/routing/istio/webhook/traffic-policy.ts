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
} from './fields.js';
import { badDuration, noDuration } from './retries.js';

const PARTS = ['outlierDetection', 'connectionPool', 'loadBalancer', 'tls'];
const WHOLE = [...PARTS, 'portLevelSettings', 'tunnel', 'proxyProtocol', 'retryBudget'];

/**
 * Why a traffic policy is refused; what concerns zones and certificates is not looked at.
 * Source: istio/istio pkg/config/validation/validation.go, validateTrafficPolicy and the parts.
 */
export function* refusedPolicy(value: unknown, path: Path): Refusals {
  if (!isGiven(value)) return;
  const policy = fieldsOf(value);
  if (!WHOLE.some((field) => isGiven(policy[field])))
    yield refusal(path, 'a traffic policy must have at least one field');
  if (isGiven(policy.tunnel) && isGiven(policy.proxyProtocol))
    yield refusal(path, 'it has one of tunnel and proxyProtocol');
  yield* refusedParts(policy, path);
  for (const [setting, at] of itemsOf(policy.portLevelSettings, [...path, 'portLevelSettings'])) {
    if (!isGiven(setting.port)) yield refusal(at, 'port is missing');
    if (!PARTS.some((field) => isGiven(setting[field])))
      yield refusal(at, 'a policy of a port must have at least one field besides it');
    else yield* refusedParts(setting, at);
  }
}

function* refusedParts(policy: Fields, path: Path): Refusals {
  if (isGiven(policy.loadBalancer))
    yield* refusedLoadBalancer(fieldsOf(policy.loadBalancer), [...path, 'loadBalancer']);
  if (isGiven(policy.connectionPool))
    yield* refusedPool(policy.connectionPool, [...path, 'connectionPool']);
  yield* refusedOutliers(fieldsOf(policy.outlierDetection), [...path, 'outlierDetection']);
}

function* refusedLoadBalancer(settings: Fields, path: Path): Refusals {
  if (isGiven(settings.localityLbSetting) && isGiven(settings.zoneAwareLbSetting))
    yield refusal(path, 'it has one of localityLbSetting and zoneAwareLbSetting');
  const at = [...path, 'consistentHash'];
  const hash = fieldsOf(settings.consistentHash);
  const cookie = hash.httpCookie;
  if (isGiven(cookie) && textOf(fieldsOf(cookie).name) === '')
    yield refusal([...at, 'httpCookie'], 'the cookie has no name');
  yield* noDuration(fieldsOf(cookie).ttl, [...at, 'httpCookie', 'ttl']);
  if (isGiven(hash.maglev)) {
    const size = numberOf(fieldsOf(hash.maglev).tableSize);
    if (size >= 5_000_011 || !isPrime(size))
      yield refusal(
        [...at, 'maglev', 'tableSize'],
        `it must be a prime number below 5000011, and is ${size}`,
      );
  }
  if (numberOf(hash.minimumRingSize) !== 0 && (isGiven(hash.maglev) || isGiven(hash.ringHash)))
    yield refusal(at, 'it has one of minimumRingSize, maglev and ringHash');
  if (!isGiven(settings.warmup)) return;
  const warmup = fieldsOf(settings.warmup);
  if (!isGiven(warmup.duration)) yield refusal([...path, 'warmup'], 'duration is missing');
  yield* badDuration(warmup.duration, [...path, 'warmup', 'duration']);
  if (numberOf(warmup.minimumPercent) > 100)
    yield refusal([...path, 'warmup', 'minimumPercent'], 'it must not be above 100');
}

/** As Envoy's: 1 is one of them. */
function isPrime(number: number): boolean {
  if (number !== 0 && number < 4) return true;
  if (number % 2 === 0) return false;
  for (let factor = 3; factor * factor <= number; factor += 2)
    if (number % factor === 0) return false;
  return true;
}

const HTTP_COUNTS = [
  'http1MaxPendingRequests',
  'http2MaxRequests',
  'maxRequestsPerConnection',
  'maxRetries',
  'maxConcurrentStreams',
];

/** Source: istio/istio pkg/config/validation/validation.go, validateConnectionPool. */
export function* refusedPool(value: unknown, path: Path): Refusals {
  const pool = fieldsOf(value);
  if (!isGiven(pool.http) && !isGiven(pool.tcp)) yield refusal(path, 'it must have http or tcp');
  const [http, tcp] = [fieldsOf(pool.http), fieldsOf(pool.tcp)];
  for (const field of HTTP_COUNTS)
    if (numberOf(http[field]) < 0)
      yield refusal([...path, 'http', field], 'it must not be negative');
  yield* badDuration(http.idleTimeout, [...path, 'http', 'idleTimeout']);
  if (http.h2UpgradePolicy === 'UPGRADE' && http.useClientProtocol === true)
    yield refusal(
      [...path, 'http', 'useClientProtocol'],
      'it does not go with h2UpgradePolicy UPGRADE',
    );
  yield* noDuration(tcp.idleTimeout, [...path, 'tcp', 'idleTimeout']);
  if (numberOf(tcp.maxConnections) < 0)
    yield refusal([...path, 'tcp', 'maxConnections'], 'it must not be negative');
  for (const field of ['connectTimeout', 'maxConnectionDuration'])
    yield* badDuration(tcp[field], [...path, 'tcp', field]);
}

function* refusedOutliers(outliers: Fields, path: Path): Refusals {
  if (
    numberOf(outliers.consecutiveLocalOriginFailures) > 0 &&
    outliers.splitExternalLocalOriginErrors !== true
  )
    yield refusal(
      [...path, 'consecutiveLocalOriginFailures'],
      'it needs splitExternalLocalOriginErrors: true',
    );
  for (const field of ['baseEjectionTime', 'interval'])
    yield* badDuration(outliers[field], [...path, field]);
  for (const field of ['maxEjectionPercent', 'minHealthPercent']) {
    const percent = numberOf(outliers[field]);
    if (percent < 0 || percent > 100)
      yield refusal([...path, field], `it must be between 0 and 100, and is ${percent}`);
  }
}
