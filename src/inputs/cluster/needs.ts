import type { ReadKind } from '../../routing/manifest/kinds.js';

/**
 * What cannot be said without a kind. Those that are not among them say where requests go: without one of
 * them the expected split itself would be a guess.
 */
export const SAID_BY: Partial<Record<ReadKind, string>> = {
  WorkloadEntry: 'whether workloads outside of the cluster answer',
  EnvoyFilter: 'whether filters change routes',
  GatewayClass: 'whose rules a Gateway follows, unless --gateway-class says it',
  Telemetry: 'whether gateways log requests',
  PeerAuthentication: 'whether pods take plaintext, mutual TLS or both',
  Rollout: 'at which step an Argo Rollout is',
  Canary: "what Flagger's canaries roll out",
  Namespace: 'which labels namespaces have',
  Pod: 'which labels, addresses and images pods have',
  EndpointSlice: 'which addresses Services have',
  Deployment: 'which pods belong to Deployments, and how many there are to be',
  StatefulSet: 'which pods belong to StatefulSets, and how many there are to be',
  DaemonSet: 'which pods belong to DaemonSets',
  ReplicaSet: 'which pods belong to ReplicaSets, and how many there are to be',
};
