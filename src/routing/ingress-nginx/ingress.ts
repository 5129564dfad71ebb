import type { Finding } from '../../finding.js';
import { manifestFinding } from '../manifest-finding.js';
import { readObject, type ManifestObject } from '../manifest/manifest-object.js';
import type { ManifestNode } from '../manifest/manifest-node.js';

const PREFIX = 'nginx.ingress.kubernetes.io/';

export interface IngressRule {
  /** `rules[0]`, all paths of the Ingress counted; `defaultBackend`. */
  label: string;
  /** In lower case; `null`: every host. */
  host: string | null;
  path: string;
  /**
   * What is specific to the implementation is a Prefix here.
   * Source: kubernetes/ingress-nginx internal/k8s/main.go, SetDefaultNGINXPathType.
   */
  pathType: 'Exact' | 'Prefix';
  service: string;
  /** By number, or by name; `null`: not given. */
  port: number | string | null;
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
  /** Those that lead to a Service. */
  rules: readonly IngressRule[];
  defaultBackend: IngressRule | null;
  /** Of each entry of `spec.tls`, in lower case. */
  tlsHosts: readonly (readonly string[])[];
  /** `null`: it is not a canary. */
  canary: CanaryAnnotations | null;
}

/**
 * @param apiVersion `networking.k8s.io/v1`, or one of those before it, whose backends are written otherwise.
 * @param findings What is noticed is added to it.
 */
export function readIngress(node: ManifestNode, apiVersion: string, findings: Finding[]): Ingress {
  const spec = node.field('spec');
  const object = readObject(node, 'Ingress', 'networking.k8s.io');
  const isCurrent = apiVersion === CURRENT_VERSION;
  if (!isCurrent) findings.push(removedVersion(node, object.name, apiVersion));
  const readBackend = isCurrent ? readServiceBackend : readNamedBackend;
  const rules = spec
    .field('rules')
    .items()
    .flatMap((rule) => {
      const host = rule.field('host').optionalString()?.toLowerCase() ?? null;
      const paths = rule.field('http').field('paths').items();
      return paths.map((item) => ({
        ...readPath(item),
        host: host === '' ? null : host,
        backend: readBackend(item.field('backend')),
      }));
    })
    .flatMap(({ backend, ...rule }, index) =>
      backend === null ? [] : { ...rule, ...backend, label: `rules[${index}]` },
    );
  const fallback = spec.field(isCurrent ? 'defaultBackend' : 'backend');
  const byDefault = fallback.absent ? null : readBackend(fallback);
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
  return {
    ...object,
    className,
    rules,
    defaultBackend: byDefault === null ? null : { ...CATCH_ALL, ...byDefault, node: fallback },
    tlsHosts,
    canary: readCanary(node),
  };
}

const CURRENT_VERSION = 'networking.k8s.io/v1';

const CATCH_ALL = { label: 'defaultBackend', host: null, path: '/', pathType: 'Prefix' } as const;

/** Source: https://kubernetes.io/docs/reference/using-api/deprecation-guide/#ingress-v122 */
function removedVersion(node: ManifestNode, name: string, apiVersion: string): Finding {
  return manifestFinding({
    code: 'removed-api-version',
    summary: `the Ingress ${name} is of ${apiVersion}, which Kubernetes serves no longer (since 1.22) and refuses: write it as ${CURRENT_VERSION}; it is read as that here`,
    place: node.field('apiVersion').place(),
  });
}

/** The value of one of ingress-nginx's annotations; null without it. */
export function annotationOf({ annotations }: Ingress, name: string): string | null {
  return annotations[`${PREFIX}${name}`] ?? null;
}

/**
 * Whether one of ingress-nginx's annotations says yes.
 * Source: kubernetes/ingress-nginx internal/ingress/annotations/parser/main.go, parseBool.
 * @returns null: neither yes nor no.
 */
export function flagOf(object: Pick<ManifestObject, 'annotations'>, name: string): boolean | null {
  const text = object.annotations[`${PREFIX}${name}`] ?? '';
  if (/^(?:1|[tT]|true|TRUE|True)$/.test(text)) return true;
  return /^(?:0|[fF]|false|FALSE|False)$/.test(text) ? false : null;
}

function readPath(node: ManifestNode): Pick<IngressRule, 'path' | 'pathType' | 'node'> {
  const type = node.field('pathType').optionalString() ?? 'ImplementationSpecific';
  if (type !== 'Exact' && type !== 'Prefix' && type !== 'ImplementationSpecific')
    throw node.field('pathType').error('must be Exact, Prefix or ImplementationSpecific');
  const path = node.field('path').optionalString() ?? '';
  return {
    path: path === '' ? '/' : path,
    pathType: type === 'Exact' ? 'Exact' : 'Prefix',
    node,
  };
}

type ServiceBackend = Pick<IngressRule, 'service' | 'port'>;

/** @returns null: it names an object other than a Service, which ingress-nginx passes over. */
function readServiceBackend(backend: ManifestNode): ServiceBackend | null {
  const service = backend.field('service');
  if (service.absent && !backend.field('resource').absent) return null;
  const port = service.field('port');
  return {
    service: service.field('name').string(),
    port: port.field('number').optionalInteger() ?? port.field('name').optionalString(),
  };
}

/** As before networking.k8s.io/v1. */
function readNamedBackend(backend: ManifestNode): ServiceBackend | null {
  const service = backend.field('serviceName');
  if (service.absent && !backend.field('resource').absent) return null;
  const port = backend.field('servicePort');
  const isName = typeof port.value === 'string';
  return {
    service: service.string(),
    port: isName ? port.string() : port.optionalInteger(),
  };
}

function readCanary(node: ManifestNode): CanaryAnnotations | null {
  const annotations = node.field('metadata').field('annotations');
  if (flagOf({ annotations: annotations.stringMap() }, 'canary') !== true) return null;
  const pattern = annotations.field(`${PREFIX}canary-by-header-pattern`);
  const text = (name: string): string | null =>
    annotations.field(`${PREFIX}${name}`).optionalString();
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
