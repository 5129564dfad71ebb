/** Whose rules a Gateway of the Gateway API may follow, as `--gateway-class` takes them. */
export const GATEWAY_IMPLEMENTATIONS = ['istio', 'envoy-gateway', 'specification'] as const;

export type GatewayImplementation = (typeof GATEWAY_IMPLEMENTATIONS)[number];
