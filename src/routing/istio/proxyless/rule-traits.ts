import { placeOf } from '../../../finding.js';
import type { Retries } from '../../effects.js';
import type { MatchedRule } from '../../first-match.js';
import { byAll, type GrpcTrait } from './client.js';

/**
 * What gRPC clients without a proxy do otherwise than a sidecar with the rule that a call takes. They leave out
 * without a word what they do not know. Weights, aborts and delays, timeouts and retries on gRPC's statuses
 * they follow.
 * Source: grpc/grpc doc/grpc_xds_features.md; gRFC A28 (routing), A31 (timeouts), A33 (faults), A44
 * (retries); https://istio.io/latest/blog/2021/proxyless-grpc/
 */
export function ruleTraits({ rule }: MatchedRule): GrpcTrait[] {
  const { effects, node } = rule;
  const found: [string, string][] = [];
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
  const traits = found.map(([field, summary]): GrpcTrait => ({
    summary,
    place: placeOf((field === '' ? node : node.field(field)).place()),
    effects: byAll('leaves-out'),
  }));
  if (effects.retries !== null && effects.retries.attempts >= MOST_ATTEMPTS)
    traits.push({
      summary: `grpc-js and Python make ${MOST_ATTEMPTS} attempts at most`,
      place: placeOf(node.field('retries').place()),
      effects: { 'grpc-js': 'differs', Go: 'follows', Python: 'differs' },
    });
  const backoff = node.field('retries').field('backoff');
  if (!backoff.absent)
    traits.push({
      summary: 'grpc-js waits ten times the backoff before it retries',
      place: placeOf(backoff.place()),
      effects: { ...byAll('follows'), 'grpc-js': 'differs' },
    });
  return traits;
}

/** gRPC status codes by which xDS may have gRPC retry. */
const RETRIED = ['cancelled', 'deadline-exceeded', 'internal', 'resource-exhausted', 'unavailable'];
const MOST_ATTEMPTS = 5;

function retryLimits({ perTryTimeoutMs, retryOn, byDefault }: Retries): [string, string][] {
  const limits: [string, string][] = [];
  const conditions = retryOn?.split(',').map((condition) => condition.trim()) ?? [];
  const left = byDefault ? [] : conditions.filter((condition) => !RETRIED.includes(condition));
  if (left.length > 0)
    limits.push([
      'retries',
      `gRPC clients retry on ${RETRIED.join(', ')}, not on ${left.join(', ')}`,
    ]);
  if (perTryTimeoutMs !== null) limits.push(['retries', 'gRPC clients have no perTryTimeout']);
  return limits;
}
