import type { MatchedRule } from './first-match.js';
import { speaksHttp2 } from './lint/service-ports.js';
import type { ManifestSet } from './manifest-set.js';
import { isGrpc, type RouteRequest } from './request.js';
import type { ExpectedDestination } from './route-split.js';
import { serviceHost } from './service-registry.js';
import type { ChosenRoute } from './chosen-route.js';
import { destinationRulesOf, type RuleClient } from './istio/rules-in-sight.js';
import { settingsFor } from './istio/traffic-settings.js';
import { upstreamVersion } from './istio/upstream-http.js';
import type { Finding } from '../finding.js';
import { manifestFinding } from './manifest-finding.js';

/** What does not fit between a call and the route it takes. */
export function protocolFindings(
  set: ManifestSet,
  request: RouteRequest,
  destinations: readonly ExpectedDestination[],
  chosen: Pick<ChosenRoute, 'matched' | 'clientNamespace'> | null,
  streaming: boolean,
): Finding[] {
  const matched = chosen?.matched ?? null;
  const client = {
    namespace: chosen?.clientNamespace ?? null,
    labels: matched?.context.source?.labels ?? null,
  };
  return [
    ...streamTimeout(matched, streaming),
    ...(isGrpc(request) ? http1Backends(set, destinations, client) : []),
  ];
}

/**
 * A route's timeout ends a stream however busy it is. Istio's API server refuses `timeout: 0s`, and a route without
 * one has none; Gateway API knows `0s`.
 * Source: istio/api networking/v1alpha3/virtual_service.proto (its CEL rule); istio/istio
 * pilot/pkg/networking/core/route/route.go, setTimeout; GEP-1742.
 */
function streamTimeout(matched: MatchedRule | null, streaming: boolean): Finding[] {
  const timeoutMs = matched?.rule.effects.timeoutMs ?? 0;
  if (matched === null || !streaming || timeoutMs === 0) return [];
  const { node } = matched.rule;
  const ofRoute = node.field('timeouts').field('request');
  const isApis = !ofRoute.absent;
  return [
    manifestFinding({
      code: 'stream-timeout',
      summary: `the route ends every call after ${timeoutMs} ms, streams too: ${isApis ? 'set timeouts.request: 0s' : 'leave timeout out'} where calls stream`,
      place: (isApis ? ofRoute : node.field('timeout')).place(),
    }),
  ];
}

/** Service ports that say they speak something other than HTTP/2, where no DestinationRule says otherwise. */
function http1Backends(
  set: ManifestSet,
  destinations: readonly ExpectedDestination[],
  client: RuleClient,
): Finding[] {
  return set.services.flatMap((service) =>
    service.ports
      .filter(({ port }) =>
        destinations.some(
          (destination) =>
            destination.host === serviceHost(service) &&
            destination.port === port &&
            versionAt(set, destination, client) === null,
        ),
      )
      .filter((port) => speaksHttp2(port) === false)
      .map(({ port, name, appProtocol, node }) =>
        manifestFinding({
          code: 'protocol-mismatch',
          summary: `port ${port} of the Service ${service.name} is ${appProtocol === null ? `named ${name ?? ''}` : `of the appProtocol ${appProtocol}`}, which is not HTTP/2: gRPC sent to it as HTTP/1.1 fails; name it grpc-… or set appProtocol: grpc, or useClientProtocol in its DestinationRule`,
          place: node.place(),
        }),
      ),
  );
}

function versionAt(
  set: ManifestSet,
  { host, subset, port }: ExpectedDestination,
  client: RuleClient,
): ReturnType<typeof upstreamVersion> {
  const { rules } = destinationRulesOf(set, host, client);
  return upstreamVersion(settingsFor(rules, subset, port).connectionPool);
}
