import { ManifestNode } from './manifest-node.js';

/**
 * An Ingress of `extensions/v1beta1` or `networking.k8s.io/v1beta1` in the shape of `networking.k8s.io/v1`:
 * `serviceName` and `servicePort` are a backend's `service`, and `spec.backend` is `spec.defaultBackend`.
 * What has other names stands where its nearest ancestor does.
 * Source: https://kubernetes.io/docs/reference/using-api/deprecation-guide/#ingress-v122
 */
export function asCurrentIngress(node: ManifestNode): ManifestNode {
  const { spec } = node.value as { spec?: unknown };
  if (!isMapping(spec)) return node;
  const { backend, ...others } = spec;
  const value = {
    ...(node.value as object),
    spec: {
      ...others,
      ...(backend === undefined ? {} : { defaultBackend: currentBackend(backend) }),
      ...(Array.isArray(spec.rules) ? { rules: spec.rules.map(currentRule) } : {}),
    },
  };
  return new ManifestNode(node.source, value, node.path);
}

function currentRule(rule: unknown): unknown {
  if (!isMapping(rule) || !isMapping(rule.http) || !Array.isArray(rule.http.paths)) return rule;
  const paths = rule.http.paths.map((path: unknown) =>
    isMapping(path) ? { ...path, backend: currentBackend(path.backend) } : path,
  );
  return { ...rule, http: { ...rule.http, paths } };
}

function currentBackend(backend: unknown): unknown {
  if (!isMapping(backend) || backend.serviceName === undefined) return backend;
  const { serviceName, servicePort, ...others } = backend;
  const port = typeof servicePort === 'string' ? { name: servicePort } : { number: servicePort };
  return { ...others, service: { name: serviceName, port } };
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
