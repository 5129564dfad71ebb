/** The header that says who answered, in place of a service that does not. */
export const IDENTITY_HEADER = 'x-splitproof';

/** What Envoy writes into it; the address of the pod, whoever configures the proxy. */
export const HOST_VALUE = 'host=%UPSTREAM_HOST%';

/**
 * Besides the address, what Istio's endpoints are labelled with (`name;namespace;app;version;cluster`)
 * and what a sidecar says of its pod.
 * Source: istio/istio pilot/pkg/networking/util/util.go, AppendLbEndpointMetadata; operators in
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/advanced/substitution_formatter
 */
export const ISTIO_VALUE = `${HOST_VALUE} workload=%UPSTREAM_METADATA(istio:workload)% peer=%RESP(x-envoy-peer-metadata-id)%`;

/** What the user agents of runs begin with. */
export const USER_AGENT_PREFIX = 'splitproof/';
