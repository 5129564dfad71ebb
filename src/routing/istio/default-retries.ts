import type { RouteEffects } from '../effects.js';

const ATTEMPTS = 2;
const RETRY_ON = 'connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes';

/**
 * The retries that hold for a rule of Istio's, which retries where nothing says otherwise.
 * Source: istio/istio pilot/pkg/networking/core/route/retry/retry.go, and
 * https://istio.io/latest/docs/concepts/traffic-management/#retries; `meshConfig.defaultHttpRetryPolicy`
 * may change it.
 */
export function withDefaultRetries(effects: RouteEffects): RouteEffects {
  const { retries } = effects;
  if (retries === null)
    return {
      ...effects,
      retries: { attempts: ATTEMPTS, perTryTimeoutMs: null, retryOn: RETRY_ON, byDefault: true },
    };
  if (retries.attempts === 0 || retries.retryOn !== null) return effects;
  return { ...effects, retries: { ...retries, retryOn: RETRY_ON } };
}
