import { placeOf } from '../../../finding.js';
import type { Condition } from '../../condition.js';
import type { OrderedRule } from '../../first-match.js';
import { takesEveryPath } from '../../condition-cover.js';
import type { RuleAction } from '../../rule.js';
import { alternativesLeft } from '../applicable.js';
import { byAll, type GrpcTrait } from './client.js';

/**
 * What of the other rules of a host keeps clients from all of its routes: libraries take or refuse them as a
 * whole.
 * Source: gRFC A28 (response validation); grpc/grpc-node packages/grpc-js-xds/src/xds-resource-type/
 * route-config-resource-type.ts, validateResource; grpc/grpc-go internal/xds/xdsclient/xdsresource/
 * unmarshal_rds.go, routesProtoToSlice; grpc/grpc src/core/xds/grpc/xds_route_config_parser.cc;
 * istio/istio pilot/pkg/networking/core/route/route.go, TranslateRouteMatch.
 * @param rules All that Istio may program, in their order.
 * @param taken The rule that the call takes; null: none.
 */
export function tableTraits(
  rules: readonly OrderedRule[],
  taken: OrderedRule['rule']['node'] | null,
): GrpcTrait[] {
  const traits: GrpcTrait[] = [];
  for (const ordered of rules) {
    const entries = alternativesLeft(ordered);
    if (entries === null) continue;
    const { node, action, label } = ordered.rule;
    const isTaken = node === taken;
    const segments = entries.filter(({ conditions }) => conditions.some(isOfSegments));
    if (segments.length > 0)
      traits.push({
        summary: `Istio gives gRPC clients a path of whole segments (a PathPrefix, or a gRPC service without its method) in a form by which they refuse all routes of the host, and ${label} has one: name the method, the exact path or /`,
        place: placeOf(node.field('matches').place()),
        // Those that leave out rules with a query do so before they look at its path.
        effects: segments.every(({ conditions }) => conditions.some(({ on }) => on === 'query'))
          ? { ...byAll('follows'), 'grpc-js': 'refuses' }
          : byAll('refuses'),
      });
    if (isOwnAnswer(action))
      traits.push({
        summary: isTaken
          ? `gRPC clients only forward: a call that takes ${label} fails as UNAVAILABLE, and grpc-js refuses all routes of the host for it`
          : `grpc-js refuses all routes of a host of which one redirects or answers itself, as ${label} does: its calls wait to their deadlines`,
        place: placeOf(node.place()),
        effects: isTaken
          ? { 'grpc-js': 'refuses', Go: 'fails', Python: 'fails' }
          : { 'grpc-js': 'refuses', Go: 'follows', Python: 'follows' },
      });
    // What follows a rule that takes everything is not programmed.
    if (
      entries.length === 0 ||
      entries.some(({ conditions }) => conditions.every((each) => takesEveryPath(each)))
    )
      break;
  }
  return traits;
}

/** They become routes that do not forward. */
function isOwnAnswer({ kind }: RuleAction): boolean {
  return kind === 'redirect' || kind === 'direct-response' || kind === 'no-backend';
}

function isOfSegments(condition: Condition): boolean {
  if (condition.on === 'path-segments') return condition.prefix !== '';
  return (
    condition.on === 'grpc-method' &&
    condition.method === null &&
    condition.service?.kind === 'exact'
  );
}
