import type { Finding } from '../../../finding.js';
import type { OrderedRule } from '../../first-match.js';
import { byAll, type GrpcTrait } from './client.js';

/**
 * What becomes of a call that is lost whichever the client is. What they ask the control plane for and do not get
 * they wait for: a listener or a cluster. Of a table without a host for the service grpc-js tells nobody, and
 * waits too.
 * Source: gRFC A27 (resources that do not exist: 15 s), A28; grpc/grpc-node packages/grpc-js-xds/src/
 * resolver-xds.ts; each is tried in test/mesh/xds/library-rules.test.ts.
 * @param rules As they are programmed; empty: no listener; `null`: a port without routes for requests.
 */
export function lostCall(
  { code, summary, place }: Finding,
  rules: readonly OrderedRule[] | null,
): GrpcTrait {
  return { summary, place, effects: effectsOf(code, rules) };
}

function effectsOf(code: string, rules: readonly OrderedRule[] | null): GrpcTrait['effects'] {
  if (code === 'unknown-subset' || code === 'unknown-port') return byAll('waits');
  if (code !== 'no-route') return byAll('fails');
  if (rules === null) return { ...byAll('fails'), 'grpc-js': 'waits' };
  return byAll(rules.length === 0 ? 'waits' : 'fails');
}
