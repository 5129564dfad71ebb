import type { KnownFields } from './known-fields.js';

// Source: Kubernetes API v1.31, core/v1 ServiceSpec, apps/v1 DeploymentSpec and its kin, meta/v1 ObjectMeta.

export const SERVICE_SPEC: KnownFields = {
  allocateLoadBalancerNodePorts: null,
  clusterIP: null,
  clusterIPs: null,
  externalIPs: null,
  externalName: null,
  externalTrafficPolicy: null,
  healthCheckNodePort: null,
  internalTrafficPolicy: null,
  ipFamilies: null,
  ipFamilyPolicy: null,
  loadBalancerClass: null,
  loadBalancerIP: null,
  loadBalancerSourceRanges: null,
  ports: {
    appProtocol: null,
    name: null,
    nodePort: null,
    port: null,
    protocol: null,
    targetPort: null,
  },
  publishNotReadyAddresses: null,
  selector: null,
  sessionAffinity: null,
  sessionAffinityConfig: { clientIP: { timeoutSeconds: null } },
  trafficDistribution: null,
  type: null,
};

const OBJECT_META: KnownFields = {
  annotations: null,
  creationTimestamp: null,
  deletionGracePeriodSeconds: null,
  deletionTimestamp: null,
  finalizers: null,
  generateName: null,
  generation: null,
  labels: null,
  managedFields: null,
  name: null,
  namespace: null,
  ownerReferences: null,
  resourceVersion: null,
  selfLink: null,
  uid: null,
};

/** What the workloads have in common. What a container may have says nothing of routes. */
const COMMON: KnownFields = {
  minReadySeconds: null,
  selector: {
    matchExpressions: { key: null, operator: null, values: null },
    matchLabels: null,
  },
  template: { metadata: OBJECT_META, spec: null },
};

const REVISIONS: KnownFields = { ...COMMON, revisionHistoryLimit: null };

export const WORKLOAD_SPECS = {
  Deployment: {
    ...REVISIONS,
    paused: null,
    progressDeadlineSeconds: null,
    replicas: null,
    // Of extensions/v1beta1.
    rollbackTo: null,
    strategy: null,
  },
  StatefulSet: {
    ...REVISIONS,
    ordinals: null,
    persistentVolumeClaimRetentionPolicy: null,
    podManagementPolicy: null,
    replicas: null,
    serviceName: null,
    updateStrategy: null,
    volumeClaimTemplates: null,
  },
  ReplicaSet: { ...COMMON, replicas: null },
  // The last is of extensions/v1beta1.
  DaemonSet: { ...REVISIONS, updateStrategy: null, templateGeneration: null },
} as const satisfies Record<string, KnownFields>;
