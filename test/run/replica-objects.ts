/** A pod of the gateway, as EndpointSlices list it. */
export interface ListedReplica {
  pod: string;
  address: string;
  port: number;
}

/** An object of a cluster, as an API server gives it. */
export interface ListedObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace: string; labels?: Record<string, string> };
  [field: string]: unknown;
}

const APP = 'grpc-helloworld-py';
const LABELS = { istio: 'edge' };
const VERSIONS = ['v1', 'v2'] as const;

/** A Greeter in the namespace `shop`, of which a gateway in `edge` is to send 90 % to v1, and the gateway's pods. */
export function replicaObjects(replicas: readonly ListedReplica[]): ListedObject[] {
  const inShop = (name: string) => ({ name, namespace: 'shop' });
  const labels = (version: string) => ({ app: APP, version });
  return [
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: inShop('greeter'),
      spec: {
        hosts: ['*'],
        gateways: ['edge/public'],
        http: [
          {
            route: VERSIONS.map((version) => ({
              destination: { host: APP, subset: version, port: { number: 50051 } },
              weight: version === 'v1' ? 90 : 10,
            })),
          },
        ],
      },
    },
    {
      apiVersion: 'networking.istio.io/v1beta1',
      kind: 'DestinationRule',
      metadata: inShop('greeter'),
      spec: {
        host: APP,
        subsets: VERSIONS.map((version) => ({ name: version, labels: { version } })),
      },
    },
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'Gateway',
      metadata: { name: 'public', namespace: 'edge' },
      spec: {
        selector: LABELS,
        servers: [{ port: { number: 8080, name: 'grpc', protocol: 'GRPC' }, hosts: ['*'] }],
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: inShop(APP),
      spec: { selector: { app: APP }, ports: [{ name: 'grpc', port: 50051 }] },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'edge-gateway', namespace: 'edge' },
      spec: { selector: LABELS, ports: [{ name: 'grpc', port: 8080, targetPort: 'grpc' }] },
    },
    ...VERSIONS.map((version) => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: inShop(`${APP}-${version}`),
      spec: {
        replicas: 1,
        selector: { matchLabels: labels(version) },
        template: {
          metadata: { labels: labels(version) },
          spec: { containers: [{ name: APP, image: `example.com/greeter:${version}` }] },
        },
      },
    })),
    ...replicas.map(({ pod, address, port }) => ({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        name: `edge-gateway-${pod}`,
        namespace: 'edge',
        labels: { 'kubernetes.io/service-name': 'edge-gateway' },
      },
      addressType: 'IPv4',
      ports: [{ name: 'grpc', port, protocol: 'TCP' }],
      endpoints: [
        {
          addresses: [address],
          conditions: { ready: true, serving: true, terminating: false },
          targetRef: { kind: 'Pod', name: pod, namespace: 'edge' },
        },
      ],
    })),
  ];
}

/** Where the list is that an object is in. */
export function pathOfList({ apiVersion, kind, metadata }: ListedObject): string {
  const base = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`;
  return `${base}/namespaces/${metadata.namespace}/${kind.toLowerCase()}s`;
}
