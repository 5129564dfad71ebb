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
  textOf,
  textsOf,
} from './fields.js';
import {
  badExportTo,
  badLabels,
  isAddress,
  isDomain,
  isLabel,
  isPort,
  isSubnet,
  isWildcardDomain,
} from './names.js';
import { isProtocol, tellsHosts } from './protocols.js';

/**
 * Why Istio's webhook refuses a ServiceEntry; what it warns of is not.
 * Source: istio/istio pkg/config/validation/validation.go, ValidateServiceEntry.
 */
export function* refusedServiceEntry(spec: Fields, namespace: string): Refusals {
  const resolution = textOf(spec.resolution) === '' ? 'NONE' : textOf(spec.resolution);
  const hosts = textsOf(spec.hosts, ['spec', 'hosts']);
  if (isGiven(spec.workloadSelector) && isGiven(spec.endpoints))
    yield refusal(['spec', 'endpoints'], 'it has one of workloadSelector and endpoints');
  for (const [host, path] of hosts)
    if (host === '*' || !isWildcardDomain(host))
      yield refusal(path, `${JSON.stringify(host)} is no host of a ServiceEntry`);
  for (const [address, path] of textsOf(spec.addresses, ['spec', 'addresses'])) {
    if (!isSubnet(address)) yield refusal(path, `${JSON.stringify(address)} is no address`);
    if (address.includes('/') && !['NONE', 'STATIC'].includes(resolution))
      yield refusal(path, 'ranges of addresses go with the resolutions NONE and STATIC alone');
  }
  yield* refusedPorts(spec);
  yield* refusedResolution(spec, resolution);
  const ports = itemsOf(spec.ports, ['spec', 'ports']);
  const plain = ports.find(([port]) => !tellsHosts(textOf(port.protocol)));
  if (resolution !== 'NONE' && hosts.length > 1 && plain !== undefined)
    yield refusal(
      plain[1],
      'several hosts cannot be told apart at a port that is neither HTTP nor TLS',
    );
  yield* badExportTo(spec, namespace, 'ServiceEntry');
}

function* refusedPorts(spec: Fields): Refusals {
  const seen = new Set<string | number>();
  for (const [port, path] of itemsOf(spec.ports, ['spec', 'ports'])) {
    const [name, number, protocol] = [
      textOf(port.name),
      numberOf(port.number),
      textOf(port.protocol),
    ];
    for (const key of [name, number])
      if (seen.has(key))
        yield refusal(path, `another port has the ${key === name ? 'name' : 'number'} ${key}, too`);
    seen.add(name).add(number);
    const target = numberOf(port.targetPort);
    if (!isPort(number) || (target !== 0 && !isPort(target)))
      yield refusal(path, 'its numbers must be between 1 and 65535');
    if (!isLabel(name))
      yield refusal([...path, 'name'], `${JSON.stringify(name)} is no name of a port`);
    if (protocol !== '' && !isProtocol(protocol))
      yield refusal([...path, 'protocol'], `${JSON.stringify(protocol)} is no protocol`);
  }
}

function* refusedResolution(spec: Fields, resolution: string): Refusals {
  const at = ['spec', 'endpoints'];
  const endpoints = itemsOf(spec.endpoints, at);
  const hosts = textsOf(spec.hosts, ['spec', 'hosts']);
  switch (resolution) {
    case 'NONE':
      if (endpoints.length > 0) yield refusal(at, 'the resolution NONE has no endpoints');
      return;
    case 'STATIC':
      for (const [endpoint, path] of endpoints) yield* refusedEndpoint(endpoint, path, spec, false);
      return;
    case 'DNS':
    case 'DNS_ROUND_ROBIN': {
      const open = hosts.find(([host]) => !isDomain(host));
      if (endpoints.length === 0 && open !== undefined)
        yield refusal(
          open[1],
          `the resolution ${resolution} needs endpoints for a host with a wildcard`,
        );
      if (resolution === 'DNS_ROUND_ROBIN' && endpoints.length > 1)
        yield refusal(at, 'the resolution DNS_ROUND_ROBIN has at most one endpoint');
      for (const [endpoint, path] of endpoints) yield* refusedEndpoint(endpoint, path, spec, true);
      return;
    }
    case 'DYNAMIC_DNS':
      for (const [host, path] of hosts)
        if (!host.startsWith('*'))
          yield refusal(path, 'the resolution DYNAMIC_DNS is for hosts with a wildcard');
      for (const field of ['addresses', 'endpoints'])
        if (listOf(spec[field]).length > 0)
          yield refusal(['spec', field], `the resolution DYNAMIC_DNS has no ${field}`);
  }
}

function* refusedEndpoint(
  endpoint: Fields,
  path: Path,
  spec: Fields,
  mayBeName: boolean,
): Refusals {
  const names = itemsOf(spec.ports, []).map(([port]) => textOf(port.name));
  for (const name of Object.keys(fieldsOf(endpoint.ports)))
    if (!names.includes(name))
      yield refusal(
        [...path, 'ports', name],
        `the ServiceEntry has no port ${name}: there are ${names.join(', ')}`,
      );
  yield* refusedWorkload(endpoint, path, mayBeName);
}

/** Source: istio/istio pkg/config/validation/validation.go, validateWorkloadEntry. */
export function* refusedWorkload(entry: Fields, path: Path, mayBeName: boolean): Refusals {
  const address = textOf(entry.address);
  if (address === '' && textOf(entry.network) === '') yield refusal(path, 'it has no address');
  if (address.startsWith('unix://')) {
    if (Object.keys(fieldsOf(entry.ports)).length > 0)
      yield refusal([...path, 'ports'], 'a socket of Unix has no ports');
  } else if (address !== '' && !isAddress(address) && !(mayBeName && isDomain(address)))
    yield refusal(
      [...path, 'address'],
      `${JSON.stringify(address)} is no address${mayBeName ? ' and no domain name' : ''}`,
    );
  for (const [name, port] of Object.entries(fieldsOf(entry.ports)))
    if (!isLabel(name) || !isPort(numberOf(port)))
      yield refusal(
        [...path, 'ports', name],
        'it must be the name of a port and a number between 1 and 65535',
      );
  yield* badLabels(fieldsOf(entry.labels), [...path, 'labels']);
}
