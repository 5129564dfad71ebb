import type { Condition, MatchContext, MatchEntry } from '../../condition.js';
import type { OrderedRule } from '../../first-match.js';
import type { GrpcClient } from './client.js';

/**
 * Rules as a gRPC client without a proxy holds calls against them. It sees the call's path and metadata: no
 * pseudo-headers, and no binary metadata but for Go, which does not see the content type. What it does not see, it takes for a header that is not there. Go and the C
 * core leave out rules with query parameters, and hold no condition on a value for met where the header is
 * not there, negated ones either; grpc-js takes such rules without the query, and negates first.
 * Source: gRFC A28; grpc/grpc-go internal/xds/xdsclient/xdsresource/unmarshal_rds.go, routesProtoToSlice, and
 * internal/xds/matcher/matcher_header.go; grpc/grpc src/core/xds/grpc/xds_route_config_parser.cc and
 * src/core/util/matchers.cc, HeaderMatcher::Match; grpc/grpc-node packages/grpc-js-xds/src/matcher.ts.
 */
export function rulesSeenBy(client: GrpcClient, rules: readonly OrderedRule[]): OrderedRule[] {
  return rules.map((ordered) => {
    const { rule, context } = ordered;
    const entries = rule.entries.map((entry) => entrySeenBy(client, entry, context));
    return { ...ordered, rule: { ...rule, entries } };
  });
}

/** Go looks into binary metadata, and adds the content type later. */
const UNSEEN = {
  'grpc-js': /^:|^host$|-bin$/,
  Go: /^:|^host$|^content-type$/,
  Python: /^:|^host$|-bin$/,
} as const satisfies Record<GrpcClient, RegExp>;

function entrySeenBy(client: GrpcClient, entry: MatchEntry, context: MatchContext): MatchEntry {
  return {
    conditions: entry.conditions.flatMap((condition) => seenBy(client, condition, context)),
  };
}

function seenBy(client: GrpcClient, of: Condition, { request }: MatchContext): Condition[] {
  switch (of.on) {
    case 'method':
    case 'scheme':
    case 'authority':
      return [{ on: 'unseen', of, why: `gRPC clients without a proxy do not see the ${of.on}` }];
    case 'query':
      if (client === 'grpc-js') return [];
      return [{ on: 'unseen', of, why: 'gRPC clients leave out rules with query parameters' }];
    case 'header': {
      const isUnseen = UNSEEN[client].test(of.name);
      if (!isUnseen && request.headers.has(of.name)) return [of];
      const isMet = of.negated && (of.match.kind === 'present' || client === 'grpc-js');
      if (isMet) return [];
      const why = isUnseen
        ? `gRPC clients without a proxy do not see the header ${of.name}`
        : of.negated
          ? `the header ${of.name} is not there, and gRPC clients hold no condition on its value for met then`
          : null;
      return why === null ? [of] : [{ on: 'unseen', of, why }];
    }
    default:
      return [of];
  }
}
