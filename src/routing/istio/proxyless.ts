import type { Condition } from '../condition.js';
import type { Retries } from '../effects.js';
import type { MatchedRule } from '../first-match.js';
import type { Finding } from '../../finding.js';
import { describeKey } from './affinity.js';
import type { LoadBalancer } from './load-balancer.js';
import { manifestFinding } from '../manifest-finding.js';

/**
 * What a gRPC client without a proxy does otherwise than a sidecar with the rule it takes. It leaves
 * out without a word what it does not know.
 * Source: grpc/grpc doc/grpc_xds_features.md; gRFC A28 (routing), A33 (faults), A44 (retries);
 * https://istio.io/latest/blog/2021/proxyless-grpc/
 */
export function unsupportedByGrpc({ rule, entry }: MatchedRule): Finding[] {
  const { action, effects, node } = rule;
  const found: [string, string][] = [];
  if (action.kind === 'redirect' || action.kind === 'direct-response')
    found.push(['', 'gRPC clients only forward: a call that takes this rule fails as UNAVAILABLE']);
  if (effects.mirrors.length > 0)
    found.push([
      node.field('mirror').absent ? 'mirrors' : 'mirror',
      'gRPC clients copy no request',
    ]);
  if (effects.changes.length > 0)
    found.push([
      '',
      `gRPC clients leave out what changes a call on its way: ${effects.changes.join(', ')}`,
    ]);
  if (effects.retries !== null && effects.retries.attempts > 0)
    found.push(...retryLimits(effects.retries));
  for (const condition of entry?.conditions ?? []) {
    const unseen = unseenBy(condition);
    if (unseen !== null)
      found.push(['match', `gRPC clients do not see ${unseen}, so they do not take this rule`]);
  }
  return found.map(([field, message]) =>
    manifestFinding({
      code: 'proxyless-unsupported',
      summary: message,
      place: (field === '' ? node : node.field(field)).place(),
    }),
  );
}

/** What they do otherwise when they pick a pod. */
export function unsupportedBalancing(balancer: LoadBalancer): Finding[] {
  const { simple, hash, node } = balancer;
  const plain = ['ROUND_ROBIN', 'UNSPECIFIED', null].includes(simple);
  const message =
    hash !== null && hash.by !== 'header'
      ? `gRPC clients tie no request to a pod by ${describeKey(hash)}; they know headers alone`
      : plain
        ? null
        : `Istio gives gRPC clients no ${simple ?? ''}: they go round the pods`;
  if (message === null) return [];
  return [
    manifestFinding({ code: 'proxyless-unsupported', summary: message, place: node.place() }),
  ];
}

/** gRPC status codes by which xDS may have gRPC retry. */
const RETRIED = ['cancelled', 'deadline-exceeded', 'internal', 'resource-exhausted', 'unavailable'];
const MOST_ATTEMPTS = 5;

function retryLimits({ attempts, perTryTimeoutMs, retryOn }: Retries): [string, string][] {
  const limits: [string, string][] = [];
  const conditions = retryOn?.split(',').map((condition) => condition.trim()) ?? [];
  const left = conditions.filter((condition) => !RETRIED.includes(condition));
  if (left.length > 0)
    limits.push([
      'retries',
      `gRPC clients retry on ${RETRIED.join(', ')}, not on ${left.join(', ')}`,
    ]);
  if (perTryTimeoutMs !== null) limits.push(['retries', 'gRPC clients have no perTryTimeout']);
  if (attempts >= MOST_ATTEMPTS)
    limits.push(['retries', `gRPC clients make ${MOST_ATTEMPTS} attempts at most`]);
  return limits;
}

/** They match on the call and its metadata; pseudo-headers and binary metadata are not among these. */
function unseenBy(condition: Condition): string | null {
  switch (condition.on) {
    case 'method':
    case 'scheme':
    case 'authority':
      return `the ${condition.on}`;
    case 'query':
      return 'query parameters';
    case 'header':
      return condition.name.endsWith('-bin') ? `the binary header ${condition.name}` : null;
    default:
      return null;
  }
}
