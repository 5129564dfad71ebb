import type { KubernetesObject } from '../../routing/objects.js';

type Fields = Readonly<Record<string, unknown>>;

/**
 * An object of the Gateway API as the API server hands it on, which fills in what is left out; Istiod
 * counts on that. Source: sigs.k8s.io/gateway-api v1.6.3, config/crd, the defaults of the schemas.
 */
export function withApiDefaults(object: KubernetesObject): KubernetesObject {
  const spec = object.spec as Fields | undefined;
  switch (object.kind) {
    case 'HTTPRoute':
      return { ...object, spec: routeDefaults(spec ?? {}, [{ path: ROOT_PATH }], httpMatch) };
    case 'GRPCRoute':
      return { ...object, spec: routeDefaults(spec ?? {}, undefined, grpcMatch) };
    case 'TCPRoute':
    case 'TLSRoute':
      return { ...object, spec: routeDefaults(spec ?? {}, undefined, (match) => match) };
    default:
      return object;
  }
}

const ROOT_PATH = { type: 'PathPrefix', value: '/' };
const GATEWAY = { group: 'gateway.networking.k8s.io', kind: 'Gateway' };
const SERVICE = { group: '', kind: 'Service', weight: 1 };
const EXACT = { type: 'Exact' };

function routeDefaults(
  spec: Fields,
  matches: readonly Fields[] | undefined,
  matchDefaults: (match: Fields) => Fields,
): Fields {
  return {
    ...spec,
    parentRefs: list(spec.parentRefs, (ref) => ({ ...GATEWAY, ...ref })),
    rules: list(spec.rules, (rule) => ({
      ...rule,
      ...optional('matches', list(rule.matches ?? matches, matchDefaults)),
      ...optional(
        'backendRefs',
        list(rule.backendRefs, (ref) => ({ ...SERVICE, ...ref })),
      ),
      ...optional('filters', list(rule.filters, filterDefaults)),
    })),
  };
}

function httpMatch(match: Fields): Fields {
  return {
    ...match,
    path: { ...ROOT_PATH, ...(match.path as Fields | undefined) },
    ...optional(
      'headers',
      list(match.headers, (header) => ({ ...EXACT, ...header })),
    ),
    ...optional(
      'queryParams',
      list(match.queryParams, (each) => ({ ...EXACT, ...each })),
    ),
  };
}

function grpcMatch(match: Fields): Fields {
  return {
    ...match,
    ...optional(
      'method',
      match.method === undefined ? undefined : { ...EXACT, ...(match.method as Fields) },
    ),
    ...optional(
      'headers',
      list(match.headers, (header) => ({ ...EXACT, ...header })),
    ),
  };
}

function filterDefaults(filter: Fields): Fields {
  if (filter.requestRedirect === undefined) return filter;
  return {
    ...filter,
    requestRedirect: { statusCode: 302, ...(filter.requestRedirect as Fields) },
  };
}

function list(value: unknown, each: (item: Fields) => Fields): Fields[] | undefined {
  return (value as readonly Fields[] | undefined)?.map(each);
}

function optional(name: string, value: unknown): Fields {
  return value === undefined ? {} : { [name]: value };
}
