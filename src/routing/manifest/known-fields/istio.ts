// Written by scripts/known-fields.mjs from kubernetes/customresourcedefinitions.gen.yaml of istio.io/api b8f8791.
import type { KnownFields } from './known-fields.js';

const ALLOW_ORIGINS = { exact: null, prefix: null, regex: null };
const PERCENTAGE = { value: null };
const REQUEST = { add: null, remove: null, set: null };
const HEADERS = { request: REQUEST, response: REQUEST };
const HEADERS_2 = { '*': ALLOW_ORIGINS };
const PORT = { number: null };
const MIRROR = { host: null, port: PORT, subset: null };
const ROUTE = { destination: MIRROR, weight: null };
const CONNECTION_POOL = {
  http: {
    h2UpgradePolicy: null,
    http1MaxPendingRequests: null,
    http2KeepAlive: { interval: null, timeout: null },
    http2MaxRequests: null,
    idleTimeout: null,
    maxConcurrentStreams: null,
    maxRequestsPerConnection: null,
    maxRetries: null,
    useClientProtocol: null,
  },
  tcp: {
    connectTimeout: null,
    idleTimeout: null,
    maxConnectionDuration: null,
    maxConnections: null,
    tcpKeepalive: { interval: null, probes: null, time: null },
  },
};
const DISTRIBUTE = { from: null, to: null };
const LOAD_BALANCER = {
  consistentHash: {
    httpCookie: { attributes: { name: null, value: null }, name: null, path: null, ttl: null },
    httpHeaderName: null,
    httpQueryParameterName: null,
    maglev: { tableSize: null },
    minimumRingSize: null,
    ringHash: { minimumRingSize: null },
    useSourceIp: null,
  },
  localityLbSetting: {
    distribute: DISTRIBUTE,
    enabled: null,
    failover: DISTRIBUTE,
    failoverPriority: null,
  },
  simple: null,
  warmup: { aggression: null, duration: null, minimumPercent: null },
  warmupDurationSecs: null,
  zoneAwareLbSetting: {
    enabled: null,
    failover: DISTRIBUTE,
    failoverPriority: null,
    minClusterSize: null,
  },
};
const OUTLIER_DETECTION = {
  baseEjectionTime: null,
  consecutive5xxErrors: null,
  consecutiveErrors: null,
  consecutiveGatewayErrors: null,
  consecutiveLocalOriginFailures: null,
  interval: null,
  maxEjectionPercent: null,
  minHealthPercent: null,
  outlierDetectionHttpErrorCodes: null,
  splitExternalLocalOriginErrors: null,
};
const TLS = {
  caCertificates: null,
  caCrl: null,
  clientCertificate: null,
  credentialName: null,
  insecureSkipVerify: null,
  mode: null,
  privateKey: null,
  sni: null,
  subjectAltNames: null,
};
const TRAFFIC_POLICY = {
  connectionPool: CONNECTION_POOL,
  loadBalancer: LOAD_BALANCER,
  outlierDetection: OUTLIER_DETECTION,
  portLevelSettings: {
    connectionPool: CONNECTION_POOL,
    loadBalancer: LOAD_BALANCER,
    outlierDetection: OUTLIER_DETECTION,
    port: PORT,
    tls: TLS,
  },
  proxyProtocol: { version: null },
  retryBudget: { budgetInterval: null, minRetryConcurrency: null, percent: null },
  tls: TLS,
  tunnel: { protocol: null, targetHost: null, targetPort: null },
};

export const VIRTUAL_SERVICE_SPEC = {
  exportTo: null,
  gateways: null,
  hosts: null,
  http: {
    corsPolicy: {
      allowCredentials: null,
      allowHeaders: null,
      allowMethods: null,
      allowOrigin: null,
      allowOrigins: ALLOW_ORIGINS,
      exposeHeaders: null,
      maxAge: null,
      unmatchedPreflights: null,
    },
    delegate: { name: null, namespace: null },
    directResponse: { body: { bytes: null, string: null }, status: null },
    fault: {
      abort: { grpcStatus: null, http2Error: null, httpStatus: null, percentage: PERCENTAGE },
      delay: { exponentialDelay: null, fixedDelay: null, percent: null, percentage: PERCENTAGE },
    },
    headers: HEADERS,
    match: {
      authority: ALLOW_ORIGINS,
      gateways: null,
      headers: HEADERS_2,
      ignoreUriCase: null,
      method: ALLOW_ORIGINS,
      name: null,
      port: null,
      queryParams: HEADERS_2,
      scheme: ALLOW_ORIGINS,
      sourceLabels: null,
      sourceNamespace: null,
      statPrefix: null,
      uri: ALLOW_ORIGINS,
      withoutHeaders: HEADERS_2,
    },
    mirror: MIRROR,
    mirror_percent: null,
    mirrorPercent: null,
    mirrorPercentage: PERCENTAGE,
    mirrors: { destination: MIRROR, percentage: PERCENTAGE },
    name: null,
    redirect: {
      authority: null,
      derivePort: null,
      port: null,
      prefixRewrite: null,
      redirectCode: null,
      scheme: null,
      uri: null,
    },
    retries: {
      attempts: null,
      backoff: null,
      perTryTimeout: null,
      retryIgnorePreviousHosts: null,
      retryOn: null,
      retryRemoteLocalities: null,
    },
    rewrite: { authority: null, uri: null, uriRegexRewrite: { match: null, rewrite: null } },
    route: { destination: MIRROR, headers: HEADERS, weight: null },
    timeout: null,
  },
  tcp: {
    match: {
      destinationSubnets: null,
      gateways: null,
      port: null,
      sourceLabels: null,
      sourceNamespace: null,
      sourceSubnet: null,
    },
    route: ROUTE,
  },
  tls: {
    match: {
      destinationSubnets: null,
      gateways: null,
      port: null,
      sniHosts: null,
      sourceLabels: null,
      sourceNamespace: null,
    },
    route: ROUTE,
  },
} as const satisfies KnownFields;
export const DESTINATION_RULE_SPEC = {
  exportTo: null,
  host: null,
  subsets: { labels: null, name: null, trafficPolicy: TRAFFIC_POLICY },
  trafficPolicy: TRAFFIC_POLICY,
  workloadSelector: { matchLabels: null },
} as const satisfies KnownFields;
export const GATEWAY_SPEC = {
  selector: null,
  servers: {
    bind: null,
    defaultEndpoint: null,
    hosts: null,
    name: null,
    port: { name: null, number: null, protocol: null, targetPort: null },
    tls: {
      caCertCredentialName: null,
      caCertificates: null,
      caCrl: null,
      cipherSuites: null,
      credentialName: null,
      credentialNames: null,
      httpsRedirect: null,
      insecureSkipVerify: null,
      maxProtocolVersion: null,
      minProtocolVersion: null,
      mode: null,
      privateKey: null,
      serverCertificate: null,
      subjectAltNames: null,
      tlsCertificates: { caCertificates: null, privateKey: null, serverCertificate: null },
      verifyCertificateHash: null,
      verifyCertificateSpki: null,
    },
  },
} as const satisfies KnownFields;
