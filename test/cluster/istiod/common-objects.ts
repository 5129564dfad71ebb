import type { KubernetesObject } from '../../routing/objects.js';

/** Names of the namespaces that clients and services are in. */
export const NAMESPACES = ['shop', 'web'] as const;

const DAYS = ['01', '02', '03'];

/** @param age Of equal ones the names decide. */
export function object(
  apiVersion: string,
  kind: string,
  namespace: string,
  name: string,
  spec: KubernetesObject,
  age = 0,
): KubernetesObject {
  const day = DAYS[age] ?? '04';
  return {
    apiVersion,
    kind,
    metadata: { name, namespace, creationTimestamp: `2026-01-${day}T00:00:00Z` },
    spec,
  };
}

/** @param ports With the pods' where it is another one. */
export function service(
  namespace: string,
  name: string,
  ports: Readonly<Record<number, number>>,
  selector: KubernetesObject,
  clusterIP: string,
): KubernetesObject {
  return object('v1', 'Service', namespace, name, {
    clusterIP,
    selector,
    ports: Object.entries(ports).map(([port, targetPort]) => ({
      name: `http-${port}`,
      port: Number(port),
      targetPort,
      protocol: 'TCP',
    })),
  });
}

function deployment(
  namespace: string,
  name: string,
  labels: Readonly<Record<string, string>>,
): KubernetesObject {
  return object('apps/v1', 'Deployment', namespace, name, {
    replicas: 2,
    selector: { matchLabels: labels },
    template: { metadata: { labels } },
  });
}

/** Services by their full names, with their ports. */
export const SERVICES: readonly {
  namespace: string;
  name: string;
  ports: Readonly<Record<number, number>>;
}[] = [
  { namespace: 'shop', name: 'cart', ports: { 80: 8080 } },
  { namespace: 'shop', name: 'stock', ports: { 80: 8080, 8080: 9090 } },
  { namespace: 'web', name: 'cart', ports: { 80: 8080 } },
  { namespace: 'web', name: 'front', ports: { 8080: 8080 } },
];

/** The services of every set, each with pods of two versions. */
export function commonServices(): KubernetesObject[] {
  return SERVICES.flatMap(({ namespace, name, ports }, index) => [
    service(namespace, name, ports, { app: name }, `10.0.0.${index + 1}`),
    ...['v1', 'v2'].map((version) =>
      deployment(namespace, `${name}-${version}`, { app: name, version }),
    ),
  ]);
}

/** A gateway's pods, and a Service before them that turns ports into others where it is given some. */
export function gatewayPods(
  namespace: string,
  labels: Readonly<Record<string, string>>,
  ports: Readonly<Record<number, number>> | null,
): KubernetesObject[] {
  return [
    deployment(namespace, 'edge', labels),
    ...(ports === null ? [] : [service(namespace, 'edge', ports, labels, '10.0.1.1')]),
  ];
}
