import { readObject, type ManifestObject } from '../manifest/manifest-object.js';
import type { ManifestNode } from '../manifest/manifest-node.js';

const PREFIX = 'nginx.ingress.kubernetes.io/';

export interface IngressRule {
  /** In lower case; `null`: every host. */
  host: string | null;
  path: string;
  pathType: 'Exact' | 'Prefix' | 'ImplementationSpecific';
  service: string;
  port: number | null;
  node: ManifestNode;
}

/** Source: https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/#canary */
export interface CanaryAnnotations {
  weight: number;
  weightTotal: number;
  header: string | null;
  headerValue: string | null;
  /** A regular expression, read when a request has the header: nginx knows more syntax than RE2. */
  headerPattern: ManifestNode | null;
  cookie: string | null;
}

/** A Kubernetes Ingress as ingress-nginx reads it. */
export interface Ingress extends ManifestObject {
  /** `null`: the cluster's default. */
  className: string | null;
  rules: readonly IngressRule[];
  /** Of each entry of `spec.tls`, in lower case. */
  tlsHosts: readonly (readonly string[])[];
  /** `null`: it is not a canary. */
  canary: CanaryAnnotations | null;
}

export function readIngress(node: ManifestNode): Ingress {
  const spec = node.field('spec');
  const rules = spec
    .field('rules')
    .items()
    .flatMap((rule) => {
      const host = rule.field('host').optionalString()?.toLowerCase() ?? null;
      return rule
        .field('http')
        .field('paths')
        .items()
        .map((item) => readPath(item, host));
    });
  const fallback = spec.field('defaultBackend');
  if (!fallback.absent) rules.push(readBackend(fallback, fallback, null, '/', 'Prefix'));
  const object = readObject(node, 'Ingress', 'networking.k8s.io');
  const className =
    spec.field('ingressClassName').optionalString() ??
    object.annotations['kubernetes.io/ingress.class'] ??
    null;
  const tlsHosts = spec
    .field('tls')
    .items()
    .map((entry) =>
      entry
        .field('hosts')
        .strings()
        .map((host) => host.toLowerCase()),
    );
  return { ...object, className, rules, tlsHosts, canary: readCanary(node) };
}

/** The value of one of ingress-nginx's annotations; null without it. */
export function annotationOf({ annotations }: Ingress, name: string): string | null {
  return annotations[`${PREFIX}${name}`] ?? null;
}

function readPath(node: ManifestNode, host: string | null): IngressRule {
  const type = node.field('pathType').optionalString() ?? 'ImplementationSpecific';
  if (type !== 'Exact' && type !== 'Prefix' && type !== 'ImplementationSpecific')
    throw node.field('pathType').error('must be Exact, Prefix or ImplementationSpecific');
  const path = node.field('path').optionalString() ?? '/';
  return readBackend(node, node.field('backend'), host, path, type);
}

function readBackend(
  node: ManifestNode,
  backend: ManifestNode,
  host: string | null,
  path: string,
  pathType: IngressRule['pathType'],
): IngressRule {
  const service = backend.field('service');
  return {
    host,
    path,
    pathType,
    service: service.field('name').string(),
    port: service.field('port').field('number').optionalInteger(),
    node,
  };
}

function readCanary(node: ManifestNode): CanaryAnnotations | null {
  const annotations = node.field('metadata').field('annotations');
  const pattern = annotations.field(`${PREFIX}canary-by-header-pattern`);
  const text = (name: string): string | null =>
    annotations.field(`${PREFIX}${name}`).optionalString();
  if (text('canary') !== 'true') return null;
  const integer = (name: string, missing: number): number => {
    const value = text(name);
    if (value === null) return missing;
    if (/^\d+$/.test(value)) return Number(value);
    throw annotations.field(`${PREFIX}${name}`).error(`must be a whole number, not "${value}"`);
  };
  return {
    weight: integer('canary-weight', 0),
    weightTotal: integer('canary-weight-total', 100),
    header: text('canary-by-header')?.toLowerCase() ?? null,
    headerValue: text('canary-by-header-value'),
    headerPattern: pattern.absent ? null : pattern,
    cookie: text('canary-by-cookie'),
  };
}
