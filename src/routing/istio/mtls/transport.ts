import type { ClientTls } from '../client-tls.js';
import type { DestinationRule } from '../destination-rule.js';
import type { TrafficPolicy } from '../traffic-policy.js';
import { policiesFor, settingsFor } from '../traffic-settings.js';
import type { MtlsMode } from '../peer-authentication.js';
import { type PodProxy, type ServerPods, TLS_MODE_LABEL } from './server-pods.js';

/** What pods take. */
export type Taken = 'plaintext' | 'mtls' | 'both';

/**
 * What pods take in a mode. A gRPC server without a proxy cannot take both: PERMISSIVE is plaintext there,
 * or mutual TLS where the pod's label promises it to clients.
 * Source: istio/istio pilot/pkg/networking/grpcgen/lds.go, buildInboundFilterChains;
 * pilot/pkg/security/authn/utils/utils.go, BuildInboundTLS.
 */
export function takenBy(
  proxy: Exclude<PodProxy, 'unknown' | 'ambient'>,
  { labels }: ServerPods,
  mode: MtlsMode,
): Taken {
  if (proxy === 'none' || mode === 'DISABLE') return 'plaintext';
  if (mode === 'STRICT') return 'mtls';
  if (proxy === 'sidecar') return 'both';
  return labels[TLS_MODE_LABEL] === 'istio' ? 'mtls' : 'plaintext';
}

/** What a client sends, and why. */
export interface Sent {
  as: 'plaintext' | 'mtls' | 'simple' | 'own-tls';
  /** The setting that says so; `null`: nothing does, and it is the client's own way. */
  tls: ClientTls | null;
  rule: DestinationRule | null;
  /** Of a proxy that sends plaintext by itself: because of the namespace's mode, or of the pods. */
  because: 'namespace' | 'pods' | null;
}

/**
 * What a gRPC client without a proxy sends: TLS only where it is told ISTIO_MUTUAL.
 * Source: istio/istio pilot/pkg/networking/grpcgen/cds.go, applyTLS.
 */
export function sentByGrpc(
  rules: readonly DestinationRule[],
  subset: string | null,
  port: number | null,
): Sent {
  const { tls } = settingsFor(rules, subset, port);
  const as = tls?.mode === 'ISTIO_MUTUAL' ? 'mtls' : 'plaintext';
  return { as, tls, rule: ruleOf(rules, tls), because: null };
}

/**
 * What a proxy sends to pods: what it is told, else mutual TLS to those that are known to speak it (auto
 * mTLS, which `meshConfig.enableAutoMtls` has on).
 * Source: istio/istio pilot/pkg/networking/core/cluster_tls.go, buildUpstreamTLSSettings;
 * pilot/pkg/xds/endpoints/mtls_checker.go, checkMtlsEnabled and tlsModeForDestinationRule.
 * @param modes Of the service's namespace, and of the pods.
 */
export function sentByProxy(
  rules: readonly DestinationRule[],
  { subset, port }: { subset: string | null; port: number | null },
  modes: { namespace: MtlsMode; pods: MtlsMode },
  pods: ServerPods,
  proxy: Exclude<PodProxy, 'unknown' | 'ambient'>,
): Sent {
  const { tls } = settingsFor(rules, subset, port);
  if (tls !== null) return { as: AS[tls.mode], tls, rule: ruleOf(rules, tls), because: null };
  const plain = { as: 'plaintext', tls: null, rule: null } as const;
  if (modes.namespace === 'DISABLE') return { ...plain, because: 'namespace' };
  // A subset's or a port's settings without TLS take that of the cluster, and not that of its endpoints.
  const told = endpointTls(rules, subset, port);
  const isLabelled = labelledAs(pods, proxy) === 'istio';
  const isOn = told === null ? modes.pods !== 'DISABLE' : told.mode === 'ISTIO_MUTUAL';
  return isLabelled && isOn
    ? { as: 'mtls', tls: null, rule: null, because: null }
    : { ...plain, because: 'pods' };
}

const AS = {
  DISABLE: 'plaintext',
  ISTIO_MUTUAL: 'mtls',
  SIMPLE: 'simple',
  MUTUAL: 'own-tls',
} as const satisfies Record<ClientTls['mode'], Sent['as']>;

/** The label of pods as they run: what injects a sidecar adds it, the template for gRPC does not. */
function labelledAs({ labels }: ServerPods, proxy: PodProxy): string | undefined {
  return labels[TLS_MODE_LABEL] ?? (proxy === 'sidecar' ? 'istio' : undefined);
}

/** The TLS by which endpoints are told from others: a port's, where it has any, else that of all ports. */
function endpointTls(
  rules: readonly DestinationRule[],
  subset: string | null,
  port: number | null,
): ClientTls | null {
  const { policy, ofSubset } = policiesFor(rules, subset);
  const of = (one: TrafficPolicy | null): ClientTls | null => {
    const ofPort = port === null ? undefined : one?.ofPort.get(port)?.tls;
    return ofPort ?? one?.all.tls ?? null;
  };
  return of(ofSubset) ?? of(policy);
}

/** The rule that a setting stands in. */
function ruleOf(rules: readonly DestinationRule[], tls: ClientTls | null): DestinationRule | null {
  if (tls === null) return null;
  const has = (policy: TrafficPolicy | null): boolean =>
    policy !== null &&
    [policy.all, ...policy.ofPort.values()].some((settings) => settings.tls === tls);
  return (
    rules.find(
      ({ trafficPolicy, subsets }) =>
        has(trafficPolicy) || subsets.some((subset) => has(subset.trafficPolicy)),
    ) ?? null
  );
}
