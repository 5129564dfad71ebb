import { type KubernetesObject, service } from '../objects.js';

/** An object with labels. */
export function labelled(object: KubernetesObject, labels: KubernetesObject): KubernetesObject {
  return { ...object, metadata: { ...(object.metadata as KubernetesObject), labels } };
}

export function namespace(name: string, labels: KubernetesObject): KubernetesObject {
  return labelled({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, labels);
}

/** A Namespace whose pods are in the ambient mesh and whose services have a waypoint. */
export function ambient(name = 'default', waypoint = 'waypoint'): KubernetesObject {
  return namespace(name, {
    'istio.io/dataplane-mode': 'ambient',
    'istio.io/use-waypoint': waypoint,
  });
}

export function waypoint(
  changes: {
    name?: string;
    namespace?: string;
    className?: string;
    labels?: KubernetesObject;
    allowedRoutes?: KubernetesObject;
    status?: KubernetesObject;
  } = {},
): KubernetesObject {
  const { name = 'waypoint', namespace: own = 'default', className = 'istio-waypoint' } = changes;
  const { labels = {}, allowedRoutes, status } = changes;
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name, namespace: own, labels },
    spec: {
      gatewayClassName: className,
      listeners: [
        {
          ...{ name: 'mesh', port: 15008, protocol: 'HBONE' },
          ...(allowedRoutes === undefined ? {} : { allowedRoutes }),
        },
      ],
    },
    ...(status === undefined ? {} : { status }),
  };
}

/** The Service `web`, which selects two Deployments, and one Service for each of them. */
export function web(labels: KubernetesObject = {}): KubernetesObject[] {
  return [
    labelled(service('web', { app: 'web' }), labels),
    service('v1', { app: 'web', version: 'v1' }),
    service('v2', { app: 'web', version: 'v2' }),
    ...['v1', 'v2'].map((version) => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: `web-${version}` },
      spec: {
        replicas: version === 'v1' ? 3 : 1,
        template: { metadata: { labels: { app: 'web', version } } },
      },
    })),
  ];
}

/** By replicas, which shows that no route counts. */
export const BY_REPLICAS = { 'web-v1': 75, 'web-v2': 25 };

/** The Service as the parent of a route. */
export const OF_WEB = { parentRefs: [{ kind: 'Service', group: '', name: 'web' }] } as const;
