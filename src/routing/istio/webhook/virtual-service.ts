import { coveredBy } from '../host.js';
import {
  fieldsOf,
  itemsOf,
  listOf,
  type Fields,
  refusal,
  type Refusals,
  textsOf,
} from './fields.js';
import { refusedHttpRoute } from './http-route.js';
import { badGatewayNames, badExportTo, isAddress, isWildcardDomain } from './names.js';
import { refusedTcpRoute, refusedTlsRoute } from './tcp-and-tls.js';

/**
 * Why Istio's webhook refuses a VirtualService, so that it never comes to be.
 * Source: istio/istio pkg/config/validation/validation.go, ValidateVirtualService.
 * @param namespace As the object names it.
 */
export function* refusedVirtualService(spec: Fields, namespace: string): Refusals {
  const gateways = listOf(spec.gateways);
  const hosts = listOf(spec.hosts);
  if (hosts.length === 0) yield* refusedDelegate(spec);
  yield* badGatewayNames(gateways, ['spec', 'gateways']);
  const isForMesh = gateways.length === 0 || gateways.includes('mesh');
  yield* refusedHosts(spec, isForMesh);
  const routes = itemsOf(spec.http, ['spec', 'http']);
  if (isForMesh) for (const [route, path] of routes) yield* claimsInMesh(route, path);
  if (['http', 'tls', 'tcp'].every((field) => listOf(spec[field]).length === 0))
    yield refusal(['spec'], 'it has no rules: give it http, tls or tcp');
  for (const [route, path] of routes) yield* refusedHttpRoute(route, path, hosts.length === 0);
  for (const [route, path] of itemsOf(spec.tls, ['spec', 'tls']))
    yield* refusedTlsRoute(route, path, hosts.map(String));
  for (const [route, path] of itemsOf(spec.tcp, ['spec', 'tcp']))
    yield* refusedTcpRoute(route, path);
  yield* badExportTo(spec, namespace, 'other');
}

function* refusedDelegate(spec: Fields): Refusals {
  if (listOf(spec.gateways).length > 0)
    yield refusal(
      ['spec', 'gateways'],
      'a VirtualService without hosts is one that others delegate to, and has no gateways: give it hosts, or leave gateways out',
    );
  for (const field of ['tls', 'tcp'])
    if (listOf(spec[field]).length > 0)
      yield refusal(
        ['spec', field],
        `a VirtualService without hosts is one that others delegate to, and has no ${field} rules`,
      );
}

/** What is no domain name, `*` for the mesh, and one host that repeats or covers another. */
function* refusedHosts(spec: Fields, isForMesh: boolean): Refusals {
  const hosts = textsOf(spec.hosts, ['spec', 'hosts']);
  for (const [index, [host, path]] of hosts.entries()) {
    if (isForMesh && host === '*')
      yield refusal(
        path,
        'a VirtualService of the mesh cannot have the host *: name its services, or its gateways',
      );
    else if (!isWildcardDomain(host) && !isAddress(host) && !isSniName(spec, host))
      yield refusal(
        path,
        `${JSON.stringify(host)} is no domain name${/:\d+$/.test(host) ? ', for hosts have no port: match[].port tells ports apart' : ': use letters, digits, - and dots, and * as or in the first label alone'}`,
      );
    const double = hosts
      .slice(0, index)
      .find(([other]) => coveredBy(host, other) || coveredBy(other, host));
    if (double !== undefined)
      yield refusal(
        path,
        `the hosts ${double[0]} and ${host} of one VirtualService ${double[0] === host ? 'are the same' : 'overlap'}: leave one out`,
      );
  }
}

/** `outbound_.80_._.a.b`, as gateways between clusters have them. */
function isSniName(spec: Fields, host: string): boolean {
  return listOf(spec.tls).length > 0 && /^outbound_\.\d+_\..*_\.[^_]*[a-zA-Z]/.test(host);
}

function* claimsInMesh(route: Fields, path: readonly (string | number)[]): Refusals {
  for (const [match, at] of itemsOf(route.match, [...path, 'match']))
    for (const field of ['headers', 'withoutHeaders'])
      for (const name of Object.keys(fieldsOf(match[field])))
        if (/^@request\.auth\.claims(?:\..|\[.+\]$)/i.test(name))
          yield refusal(
            [...at, field, name],
            'claims of a token are matched at gateways alone, and this VirtualService is for the mesh',
          );
}
