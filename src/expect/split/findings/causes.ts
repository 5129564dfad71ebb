import type { FindingCode, FindingEvidence } from './finding-evidence.js';

/** A way in which a gateway may serve something else than configured. */
export interface Cause {
  code: FindingCode;
  /** What it would serve, by destination. */
  shares: readonly number[];
  summary: string;
  advice: string;
}

/** What a gateway may have done instead, as far as the evidence says enough to compute it. */
export function possibleCauses({ serviceBehind, destinations }: FindingEvidence): Cause[] {
  const shares = destinations.map((destination) => destination.expectedShare);
  const list: Cause[] = [
    {
      code: 'route-not-applied',
      shares: shares.map(() => 1 / shares.length),
      summary: 'traffic is spread evenly over the destinations, as if no weights were applied',
      advice:
        serviceBehind === null
          ? 'Look whether the route is bound to the gateway and host that were called, and whether a route without weights takes the request first.'
          : 'Look whether the pods that call the service have a sidecar, and whether its route is for the mesh: a VirtualService that names gateways needs `mesh` among them.',
    },
    {
      code: 'weights-reversed',
      shares: shares.toReversed(),
      summary: 'the destinations get each other’s weights',
      advice: 'Look whether subset labels or the order of the weights are mixed up.',
    },
  ];
  const replicas = known(destinations.map((destination) => destination.replicas));
  if (replicas !== null) {
    list.push({
      code: 'replica-ratio',
      shares: replicas,
      summary: 'traffic follows the number of pods, not the weights',
      advice:
        'The route is not in the path: look whether the request reaches a Service directly, past the gateway or the sidecar that knows the weights.',
    });
    const product = known(destinations.map((d) => d.expectedShare * (d.replicas ?? 0)));
    if (product !== null) {
      list.push({
        code: 'weight-times-replicas',
        shares: product,
        summary: 'weights are applied to every pod instead of to the destination as a whole',
        advice:
          'Look whether the weights reached the proxy as endpoint weights: set them per destination.',
      });
    }
  }
  const previous = known(destinations.map((destination) => destination.previousWeight));
  if (previous !== null) {
    list.push({
      code: 'stale-weights',
      shares: previous,
      summary: 'the weights from before the last change are still served',
      advice:
        'The change has not reached the gateway: look at its sync state (istioctl proxy-status) and at the control plane’s log.',
    });
  }
  for (const [i, { name }] of destinations.entries()) {
    list.push({
      code: 'all-to-one',
      shares: shares.map((_, j) => (i === j ? 1 : 0)),
      summary: `everything goes to '${name}'`,
      advice:
        'Look whether another route takes the request first, and whether the other destinations have ready pods.',
    });
  }
  return list;
}

/** Scaled to add up to 1; null when one is unknown or all are 0. */
function known(values: readonly (number | null)[]): number[] | null {
  const numbers = values.filter((value) => value !== null);
  const sum = numbers.reduce((a, b) => a + b, 0);
  return numbers.length === values.length && sum > 0 ? numbers.map((value) => value / sum) : null;
}
