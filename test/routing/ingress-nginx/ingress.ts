import type { KubernetesObject } from '../objects.js';

interface Path {
  service: string;
  port?: number | string;
  path?: string;
  pathType?: string;
  host?: string;
}

interface Rest {
  namespace?: string;
  /** Day of January 2026 on which it was created. */
  day?: number | undefined;
  className?: string;
  /** Of ingress-nginx, without the domain before the name. */
  annotations?: Readonly<Record<string, string>>;
  defaultBackend?: KubernetesObject;
}

/** Annotations of a canary that gets a tenth. */
export const TEN = { canary: 'true', 'canary-weight': '10' };

/** An Ingress of `networking.k8s.io/v1`. */
export function ingress(
  name: string,
  paths: readonly Path[],
  { namespace = 'default', day, className, annotations = {}, defaultBackend }: Rest = {},
): KubernetesObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: {
      name,
      namespace,
      ...(day === undefined ? {} : { creationTimestamp: `2026-01-0${day}T00:00:00Z` }),
      annotations: Object.fromEntries(
        Object.entries(annotations).map(([key, value]) => [
          `nginx.ingress.kubernetes.io/${key}`,
          value,
        ]),
      ),
    },
    spec: {
      ...(className === undefined ? {} : { ingressClassName: className }),
      ...(defaultBackend === undefined ? {} : { defaultBackend }),
      rules: paths.map(({ service, port = 80, path = '/', pathType = 'Prefix', host }) => ({
        ...(host === undefined ? {} : { host }),
        http: {
          paths: [
            {
              path,
              pathType,
              backend: {
                service: {
                  name: service,
                  port: typeof port === 'number' ? { number: port } : { name: port },
                },
              },
            },
          ],
        },
      })),
    },
  };
}
