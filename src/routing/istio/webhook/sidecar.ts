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
import { badNamespacedHost } from './namespaced-host.js';
import { badDestination, isAddress, isDomain, isLabel, isPort } from './names.js';
import { isProtocol } from './protocols.js';
import { refusedPool } from './traffic-policy.js';

const PARTS = ['egress', 'ingress', 'outboundTrafficPolicy', 'inboundConnectionPool'];

/**
 * Why Istio's webhook refuses a Sidecar.
 * Source: istio/istio pkg/config/validation/validation.go, ValidateSidecar.
 */
export function* refusedSidecar(spec: Fields): Refusals {
  if (
    !PARTS.some((field) =>
      Array.isArray(spec[field]) ? listOf(spec[field]).length > 0 : isGiven(spec[field]),
    )
  )
    yield refusal(['spec'], `it says nothing: give it one of ${PARTS.join(', ')}`);
  yield* refusedIngress(spec);
  if (isGiven(spec.inboundConnectionPool))
    yield* refusedPool(spec.inboundConnectionPool, ['spec', 'inboundConnectionPool']);
  yield* refusedEgress(spec);
  yield* refusedOutbound(fieldsOf(spec.outboundTrafficPolicy), ['spec', 'outboundTrafficPolicy']);
}

/** The host may be left out. */
const LOCAL_ENDPOINT = /^(?:127\.0\.0\.1|0\.0\.0\.0|\[::1?\])?:[1-9]\d{0,4}$/;

function* refusedIngress(spec: Fields): Refusals {
  const ports = new Set<number>();
  for (const [listener, path] of itemsOf(spec.ingress, ['spec', 'ingress'])) {
    const port = fieldsOf(listener.port);
    yield* refusedPort(port, listener, path);
    const endpoint = textOf(listener.defaultEndpoint);
    if (endpoint !== '' && !endpoint.startsWith('unix://') && !LOCAL_ENDPOINT.test(endpoint))
      yield refusal(
        [...path, 'defaultEndpoint'],
        `${JSON.stringify(endpoint)} is none of 127.0.0.1:PORT, 0.0.0.0:PORT, [::1]:PORT, [::]:PORT and unix://FILE`,
      );
    const number = numberOf(port.number);
    if (ports.has(number))
      yield refusal([...path, 'port'], `another listener has the port ${number}, too`);
    ports.add(number);
  }
}

function* refusedEgress(spec: Fields): Refusals {
  const listeners = itemsOf(spec.egress, ['spec', 'egress']);
  const ports = new Set<string>();
  for (const [index, [listener, path]] of listeners.entries()) {
    if (isGiven(listener.port)) {
      const port = fieldsOf(listener.port);
      yield* refusedPort(port, listener, path);
      const key = String(numberOf(port.number) || textOf(listener.bind));
      if (ports.has(key))
        yield refusal([...path, 'port'], `another listener has the port ${key}, too`);
      ports.add(key);
    } else if (index < listeners.length - 1)
      yield refusal(path, 'the one listener without a port is the last one');
    const hosts = textsOf(listener.hosts, [...path, 'hosts']);
    if (hosts.length === 0) yield refusal(path, 'the listener has no hosts');
    for (const [host, at] of hosts) yield* badNamespacedHost(host, at, 'Sidecar');
  }
}

function* refusedPort(port: Fields, listener: Fields, path: Path): Refusals {
  const [number, name, protocol] = [
    numberOf(port.number),
    textOf(port.name),
    textOf(port.protocol),
  ];
  const bind = textOf(listener.bind);
  if (name !== '' && !isLabel(name))
    yield refusal([...path, 'port', 'name'], `${JSON.stringify(name)} is no name of a port`);
  if (protocol !== '' && !isProtocol(protocol))
    yield refusal([...path, 'port', 'protocol'], `${JSON.stringify(protocol)} is no protocol`);
  if (number === 0 ? !bind.startsWith('unix://') : !isPort(number))
    yield refusal([...path, 'port'], 'it must have a number between 1 and 65535');
  if (number !== 0 && bind !== '' && !isAddress(bind))
    yield refusal([...path, 'bind'], `${JSON.stringify(bind)} is no address`);
}

function* refusedOutbound(policy: Fields, path: Path): Refusals {
  if (policy.mode === 'ALLOW_ANY_DYNAMIC_DNS')
    yield refusal([...path, 'mode'], 'ALLOW_ANY_DYNAMIC_DNS is for the whole mesh alone');
  if (!isGiven(policy.egressProxy)) return;
  const proxy = fieldsOf(policy.egressProxy);
  if (policy.mode !== 'ALLOW_ANY')
    yield refusal([...path, 'egressProxy'], 'it needs the mode ALLOW_ANY');
  else if (!isDomain(textOf(proxy.host)) || !isGiven(proxy.port))
    yield refusal([...path, 'egressProxy'], 'it must have a host and a port');
  else yield* badDestination(proxy, [...path, 'egressProxy']);
}
