import type { GatewayWorkload } from './gateway-workload.js';
import { IDENTITY_HEADER, ISTIO_VALUE, USER_AGENT_PREFIX } from './identity-header.js';

const TYPE = 'type.googleapis.com/envoy';

/**
 * An EnvoyFilter that sets the header at the gateway for requests of runs alone. It stands last before
 * the router, so that it sees `x-envoy-peer-metadata-id`, which a filter of Istio's takes away.
 * Source: https://istio.io/latest/docs/reference/config/networking/envoy-filter/ and Envoy's API,
 * envoy/extensions/common/matching/v3 and envoy/extensions/filters/http/header_mutation/v3.
 */
export function envoyFilterFor({ labels, namespace }: GatewayWorkload): object {
  return {
    apiVersion: 'networking.istio.io/v1alpha3',
    kind: 'EnvoyFilter',
    metadata: { name: 'splitproof-identity', namespace },
    spec: {
      workloadSelector: { labels },
      configPatches: [
        {
          applyTo: 'HTTP_FILTER',
          match: {
            context: 'GATEWAY',
            listener: {
              filterChain: {
                filter: {
                  name: 'envoy.filters.network.http_connection_manager',
                  subFilter: { name: 'envoy.filters.http.router' },
                },
              },
            },
          },
          patch: { operation: 'INSERT_BEFORE', value: httpFilter() },
        },
      ],
    },
  };
}

/** Envoy's filter. The matcher skips it where the user agent is another. */
function httpFilter(): object {
  return {
    name: 'splitproof.identity',
    typed_config: {
      '@type': `${TYPE}.extensions.common.matching.v3.ExtensionWithMatcher`,
      extension_config: {
        name: 'envoy.filters.http.header_mutation',
        typed_config: {
          '@type': `${TYPE}.extensions.filters.http.header_mutation.v3.HeaderMutation`,
          mutations: {
            response_mutations: [
              {
                append: {
                  header: { key: IDENTITY_HEADER, value: ISTIO_VALUE },
                  append_action: 'OVERWRITE_IF_EXISTS_OR_ADD',
                },
              },
            ],
          },
        },
      },
      xds_matcher: {
        matcher_list: {
          matchers: [
            {
              predicate: {
                not_matcher: {
                  single_predicate: {
                    input: {
                      name: 'request-headers',
                      typed_config: {
                        '@type': `${TYPE}.type.matcher.v3.HttpRequestHeaderMatchInput`,
                        header_name: 'user-agent',
                      },
                    },
                    value_match: { prefix: USER_AGENT_PREFIX },
                  },
                },
              },
              on_match: {
                action: {
                  name: 'skip',
                  typed_config: {
                    '@type': `${TYPE}.extensions.filters.common.matcher.action.v3.SkipFilter`,
                  },
                },
              },
            },
          ],
        },
      },
    },
  };
}
