/** In which Istio's proxies tell each other who they are. */
export const PEER_METADATA_ID = 'x-envoy-peer-metadata-id';

/**
 * Asks the sidecar of the pod that answers to say who it is: it does where the request has this header,
 * whatever its value. A gateway of Istio takes both headers away, other ways to the pod do not.
 * Source: istio/proxy source/extensions/filters/http/peer_metadata/filter.cc, MXPropagationMethod::inject.
 *
 * @param metadata Names in lower case; what the user gives goes first.
 */
export function askingForPeer(
  metadata: readonly (readonly [string, string])[],
): (readonly [string, string])[] {
  if (metadata.some(([name]) => name === PEER_METADATA_ID)) return [...metadata];
  return [...metadata, [PEER_METADATA_ID, 'splitproof']];
}
