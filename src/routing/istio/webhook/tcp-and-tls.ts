import { coveredBy } from '../host.js';
import {
  fieldsOf,
  isGiven,
  itemsOf,
  listOf,
  numberOf,
  type Fields,
  type Path,
  refusal,
  type Refusals,
  textsOf,
} from './fields.js';
import {
  badDestination,
  badGatewayNames,
  badLabels,
  isAddress,
  isPort,
  isSubnet,
  isWildcardDomain,
} from './names.js';

/** Source: istio/istio pkg/config/validation/validation.go, validateTLSRoute. */
export function* refusedTlsRoute(route: Fields, path: Path, hosts: readonly string[]): Refusals {
  const matches = itemsOf(route.match, [...path, 'match']);
  if (matches.length === 0) yield refusal(path, 'a rule of tls must have a match with sniHosts');
  for (const [match, at] of matches) {
    const names = textsOf(match.sniHosts, [...at, 'sniHosts']);
    if (names.length === 0) yield refusal(at, 'a match of tls must have sniHosts');
    for (const [name, place] of names) yield* badSniHost(name, place, hosts);
    yield* refusedL4Match(match, at);
  }
  yield* refusedDestinations(route, path);
}

function* badSniHost(name: string, path: Path, hosts: readonly string[]): Refusals {
  if (isAddress(name)) return;
  if (!isWildcardDomain(name) && !name.startsWith('outbound_'))
    yield refusal(path, `${JSON.stringify(name)} is no domain name`);
  else if (!hosts.some((host) => host === '*' || coveredBy(name.toLowerCase(), host.toLowerCase())))
    yield refusal(
      path,
      `${name} is not within the hosts of the VirtualService: ${hosts.join(', ')}`,
    );
}

/** Source: istio/istio pkg/config/validation/validation.go, validateTCPRoute. */
export function* refusedTcpRoute(route: Fields, path: Path): Refusals {
  for (const [match, at] of itemsOf(route.match, [...path, 'match']))
    yield* refusedL4Match(match, at);
  yield* refusedDestinations(route, path);
}

function* refusedL4Match(match: Fields, path: Path): Refusals {
  for (const [subnet, at] of textsOf(match.destinationSubnets, [...path, 'destinationSubnets']))
    if (!isSubnet(subnet)) yield refusal(at, `${JSON.stringify(subnet)} is no range of addresses`);
  const port = numberOf(match.port);
  if (port !== 0 && !isPort(port)) yield refusal([...path, 'port'], `${port} is no port`);
  yield* badLabels(fieldsOf(match.sourceLabels), [...path, 'sourceLabels']);
  yield* badGatewayNames(match.gateways, [...path, 'gateways']);
}

function* refusedDestinations(route: Fields, path: Path): Refusals {
  const destinations = itemsOf(route.route, [...path, 'route']);
  if (destinations.length === 0) yield refusal(path, 'the rule has no route');
  for (const [item, at] of destinations) {
    if (isGiven(item.destination))
      yield* badDestination(fieldsOf(item.destination), [...at, 'destination']);
    else yield refusal(at, 'destination is missing');
    if (numberOf(item.weight) < 0)
      yield refusal([...at, 'weight'], 'a weight must not be negative');
  }
  const total = listOf(route.route).reduce<number>(
    (sum, item) => sum + numberOf(fieldsOf(item).weight),
    0,
  );
  if (destinations.length > 1 && total === 0)
    yield refusal([...path, 'route'], 'the weights are all zero, or there are none');
}
