import type { Telemetry } from '../istio/telemetry.js';
import type { ManifestSet } from '../manifest-set.js';
import { hasLabels } from '../pods.js';
import type { GatewayWorkload } from './gateway-workload.js';
import { USER_AGENT_PREFIX } from './identity-header.js';

export const TELEMETRY_NAME = 'splitproof';

/**
 * A Telemetry that turns the gateway's access log on, for requests of runs alone. A Gateway of the
 * Gateway API is named and not selected, as Istio may ignore a selector there.
 * Source: https://istio.io/latest/docs/tasks/observability/telemetry/ and
 * https://istio.io/latest/docs/reference/config/analysis/ist0166/
 */
export function telemetryFor({ labels, namespace, madeFor }: GatewayWorkload): object {
  return {
    apiVersion: 'telemetry.istio.io/v1',
    kind: 'Telemetry',
    metadata: { name: TELEMETRY_NAME, namespace },
    spec: {
      ...(madeFor === null ? { selector: { matchLabels: labels } } : { targetRefs: [madeFor] }),
      accessLogging: [
        {
          providers: [{ name: 'envoy' }],
          filter: { expression: `request.useragent.startsWith('${USER_AGENT_PREFIX}')` },
        },
      ],
    },
  };
}

/** The Telemetry objects that say something about the gateway's access log already. */
export function logsOf(
  { telemetries, rootNamespace }: ManifestSet,
  workload: GatewayWorkload,
): { general: Telemetry[]; own: Telemetry[] } {
  const logging = telemetries.filter(({ logs, name }) => logs && name !== TELEMETRY_NAME);
  const own = logging.filter(
    ({ namespace, selector, gateways }) =>
      namespace === workload.namespace &&
      (gateways.includes(workload.madeFor?.name ?? '') ||
        (Object.keys(selector).length > 0 && hasLabels(workload.labels, selector))),
  );
  const general = logging.filter(
    ({ namespace, selector, gateways }) =>
      Object.keys(selector).length === 0 &&
      gateways.length === 0 &&
      [workload.namespace, rootNamespace].includes(namespace),
  );
  return { general, own };
}
