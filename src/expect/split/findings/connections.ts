import { contingencyTest } from '../../../stats/contingency.js';
import type { Finding } from '../../../finding.js';
import { chance, counted, splitText } from '../../../number-text.js';
import { found } from '../../found.js';
import type { Dependence } from '../draws/dependence.js';
import { FALSE_CLAIM, type FindingEvidence, type FindingRule } from './finding-evidence.js';

const LEAST_REQUESTS_PER_CONNECTION = 5;
const GROUP_FIT = 0.001;

/** `pinned-connections`: each connection stays with one destination, and two destinations were seen. */
export const pinnedConnections: FindingRule = ({ decision, connections }) => {
  const dependence = decision.dependence;
  if (connections === null || dependence?.kind !== 'pinned') return null;
  if ((dependence.homogeneityPValue ?? 1) >= FALSE_CLAIM) return null;
  if (connections.of === 'calls') return pinnedCalls(dependence);
  if (decision.n < LEAST_REQUESTS_PER_CONNECTION * dependence.connections) return null;
  return found('target', {
    code: 'pinned-connections',
    severity: 'error',
    summary: 'every connection stays with one destination: connections are balanced, not requests',
    evidence: `${counted(dependence.connections, 'connection')}, Cramér’s V ${(dependence.cramersV ?? 0).toFixed(3)}, ${chance(dependence.homogeneityPValue ?? 1)}`,
    advice:
      'Look for a Gateway server or Service treated as TCP or TLS passthrough, an L4 balancer in front of the pods, or the Service addressed directly; with sidecars in the path also for a Service port not declared grpc or http2.',
  });
};

/** `pinned-calls`: all requests that an application makes for a call stay with one destination. */
function pinnedCalls({ connections, cramersV, homogeneityPValue }: Dependence): Finding {
  return found('target', {
    code: 'pinned-calls',
    severity: 'error',
    summary:
      'all requests of a call stay with one destination: what the forwarding application is balanced by is connections, not requests',
    evidence: `${counted(connections, 'call')}, Cramér’s V ${(cramersV ?? 0).toFixed(3)}, ${chance(homogeneityPValue ?? 1)}`,
    advice:
      'The application opens a connection for each call: look for a Service port that is not declared grpc or http2, or a client of it that no sidecar and no xDS serves. With a count of 1 every call is a draw of its own.',
  });
}

/**
 * `gateways-disagree`: the connections fall into two groups, each of one mind, that are split
 * differently; else `overdispersed`: they differ in no such order.
 */
export const disagreeingConnections: FindingRule = (evidence) => {
  const { decision, connections } = evidence;
  const dependence = decision.dependence;
  if (connections === null || dependence?.kind !== 'clustered') return null;
  if ((dependence.homogeneityPValue ?? 1) >= FALSE_CLAIM) return null;
  // Requests of a connection follow each other in time as well: what hangs together there shows in both.
  const isOfTime = decision.inTime.some(
    (view) =>
      view.dependence.inflation > dependence.inflation && view.dependence.kind === 'clustered',
  );
  if (isOfTime) return null;
  if (connections.of === 'calls') return unevenCalls(dependence);
  return twoGroups(evidence) ?? overdispersed(evidence);
};

const GATEWAYS =
  'One gateway replica probably has another configuration: compare their routes (istioctl proxy-status, istioctl proxy-config routes) and the addresses the connections went to.';
const CALLERS =
  'The proxies of its callers probably have different configurations: compare their routes (istioctl proxy-status, istioctl proxy-config routes).';

function twoGroups({ serviceBehind, destinations, connections }: FindingEvidence): Finding | null {
  const rows = (connections?.counts ?? []).filter((row) => sum(row) > 0);
  for (const column of destinations.keys()) {
    const sorted = rows.toSorted((a, b) => (a[column] ?? 0) / sum(a) - (b[column] ?? 0) / sum(b));
    const cut = widestGap(sorted, column);
    const groups = [sorted.slice(0, cut), sorted.slice(cut)];
    if (groups.some((group) => group.length < 2)) continue;
    if (groups.some((group) => (contingencyTest(group)?.pValue ?? 1) < GROUP_FIT)) continue;
    const [one, other] = groups.map((group) => {
      const totals = destinations.map((_, i) => sum(group.map((row) => row[i] ?? 0)));
      const shares = totals.map((x) => x / sum(totals));
      return `${counted(group.length, 'connection')} ${splitText(destinations, shares)}`;
    });
    return found('target', {
      code: 'gateways-disagree',
      severity: 'error',
      summary: 'the connections fall into two groups with different splits',
      evidence: `${one}; ${other}`,
      advice: serviceBehind === null ? GATEWAYS : CALLERS,
    });
  }
  return null;
}

/** Where a cut of the connections, sorted by their share of one destination, gives the largest X². */
function widestGap(sorted: readonly (readonly number[])[], column: number): number {
  const own = sorted.map((row) => row[column] ?? 0);
  const sizes = sorted.map(sum);
  const ownTotal = sum(own);
  const total = sum(sizes);
  let ownBefore = 0;
  let before = 0;
  let widest = -1;
  let cut = 0;
  for (let i = 1; i < sorted.length; i += 1) {
    ownBefore += own[i - 1] ?? 0;
    before += sizes[i - 1] ?? 0;
    const difference = ownBefore * (total - before) - (ownTotal - ownBefore) * before;
    // X² of the 2 × 2 table up to a factor that does not depend on the cut.
    const statistic = difference ** 2 / (before * (total - before));
    if (statistic > widest) {
      widest = statistic;
      cut = i;
    }
  }
  return cut;
}

function overdispersed({ decision }: FindingEvidence): Finding | null {
  const dependence = decision.dependence;
  if (dependence === null) return null;
  return found('target', {
    code: 'overdispersed',
    severity: 'warning',
    summary: 'connections differ in their split by more than chance',
    evidence: `variance ${dependence.inflation.toFixed(1)} times that of independent draws over ${counted(dependence.connections, 'connection')} (${chance(dependence.homogeneityPValue ?? 1)})`,
    advice:
      'Look for session affinity, hashing on a header or source address, or retries bound to a host. The verdict uses the variance between connections.',
  });
}

function unevenCalls({ inflation, connections, homogeneityPValue }: Dependence): Finding {
  return found('target', {
    code: 'overdispersed',
    severity: 'warning',
    summary: 'calls differ in their split by more than chance: their requests hang together',
    evidence: `variance ${inflation.toFixed(1)} times that of independent draws over ${counted(connections, 'call')} (${chance(homogeneityPValue ?? 1)})`,
    advice:
      'Look for session affinity, hashing on a header or source address, or connections that the application keeps. The verdict uses the variance between calls.',
  });
}

/**
 * `connections-unseen`: the split is that of a service behind the one that the connections lead to, or of the
 * requests that an application makes.
 */
export const connectionsUnseen: FindingRule = ({ serviceBehind, forwardedTo }) => {
  if (forwardedTo !== undefined) {
    return found('call', {
      code: 'connections-unseen',
      severity: 'info',
      summary: `the connections over which the application sends to ${forwardedTo} are not seen`,
      evidence:
        'they are its own and not this client’s, so that whether draws hang together is told by the calls',
      advice:
        'Istio’s echo server opens new ones for each ForwardEcho. Where connections matter, call the service itself from a pod of the mesh.',
    });
  }
  if (serviceBehind === null) return null;
  return found('call', {
    code: 'connections-unseen',
    severity: 'info',
    summary: `the connections over which ${serviceBehind} is called are not seen`,
    evidence:
      'what is counted is which of its pods the service in front made each of its answers with',
    advice:
      'Whether they stay with one destination, are retried or are pooled cannot be told from here. Verify the service itself, from a pod of the mesh, where that matters.',
  });
};

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
