import type { Finding } from '../../finding.js';
import {
  GATEWAY_IMPLEMENTATIONS,
  type GatewayImplementation,
} from '../../scenario/gateway-implementation.js';
import type { MatchContext } from '../condition.js';
import { objectKey } from '../manifest/manifest-object.js';
import { manifestFinding } from '../manifest-finding.js';
import type { Implementation } from './implementation.js';
import { isSameRule, takerOf } from './ordered-rules.js';
import type { EntryRule } from './precedence.js';
import type { RouteTable } from './route-table.js';

export const IMPLEMENTATION_SPECIFIC = 'implementation-specific';

const NAMES: Readonly<Record<GatewayImplementation, string>> = {
  istio: 'Istio',
  'envoy-gateway': 'Envoy Gateway',
  specification: 'the specification',
};

/**
 * Where it is only assumed whose rules a Gateway follows, and another's would have another rule take the
 * request: which was assumed, and what the other does.
 * @param tableFor What an implementation makes of the same routes.
 */
export function differences(
  { kind, reason }: Implementation,
  { rules }: RouteTable,
  tableFor: (kind: GatewayImplementation) => RouteTable,
  context: MatchContext,
): Finding[] {
  const taken = takerOf(rules, context);
  for (const other of GATEWAY_IMPLEMENTATIONS) {
    if (other === kind) continue;
    const theirs = takerOf(tableFor(other).rules, context);
    if (isSameRule(taken, theirs)) continue;
    return [
      manifestFinding({
        code: IMPLEMENTATION_SPECIFIC,
        summary: `by ${reason} the Gateway is taken to follow ${NAMES[kind]}, where ${describe(taken)}; by ${NAMES[other]} ${describe(theirs)}: --gateway-class says whose rules hold`,
        place: (taken ?? theirs)?.rule.node.place() ?? {},
      }),
    ];
  }
  return [];
}

function describe(taker: EntryRule | null): string {
  if (taker === null) return 'no rule takes the request';
  const { object, rule } = taker;
  return `${rule.label} of ${object.kind} ${objectKey(object)} takes the request`;
}
