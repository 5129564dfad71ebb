import { isIP } from 'node:net';
import {
  type Fields,
  knownRefusal,
  numberOf,
  type Path,
  refusal,
  type Refusals,
  textOf,
  textsOf,
} from './fields.js';

// Source: istio/istio pkg/config/labels/instance.go, pkg/config/validation/agent/validation.go.

const LABEL = /^[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?$/;
/** The first label of a host; a wildcard stands for its beginning, or for all of it. */
const WILDCARD_LABEL = /^(?:\*|(?:\*|\*-)?[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?)$/;
const LABEL_LETTERS = 63;
const DOMAIN_LETTERS = 255;

/** A label of DNS, as names and namespaces are. */
export function isLabel(text: string): boolean {
  return text.length <= LABEL_LETTERS && LABEL.test(text);
}

/** A domain name, a last dot allowed. */
export function isDomain(text: string): boolean {
  return text.length > 0 && text.length <= DOMAIN_LETTERS && areLabels(text.split('.'));
}

/** A domain name of which the first label may have a wildcard. */
export function isWildcardDomain(text: string): boolean {
  const [first = '', ...others] = text.split('.');
  return (
    text.length <= DOMAIN_LETTERS &&
    first.length <= LABEL_LETTERS &&
    WILDCARD_LABEL.test(first) &&
    (others.length === 0 || areLabels(others))
  );
}

/** The last of them may be empty, and must not be a number. */
function areLabels(labels: readonly string[]): boolean {
  const last = labels.at(-1) ?? '';
  if (/^\d+$/.test(last)) return false;
  return labels.every(
    (label, index) => (label === '' && index === labels.length - 1) || isLabel(label),
  );
}

export function isPort(port: number): boolean {
  return port >= 1 && port <= 65_535;
}

export function isAddress(text: string): boolean {
  return isIP(text) !== 0;
}

/** An address, or a range of them: `10.0.0.0/8`. */
export function isSubnet(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  if (bits === undefined) return isAddress(address);
  const most = isIP(address) === 4 ? 32 : 128;
  return isAddress(address) && more.length === 0 && /^\d+$/.test(bits) && Number(bits) <= most;
}

/** Labels of pods. Source: istio/istio pkg/config/labels/instance.go, Validate. */
export function* badLabels(labels: Fields, path: Path): Refusals {
  for (const [key, value] of Object.entries(labels)) {
    const name = key.slice(key.indexOf('/') + 1);
    if (!/^[A-Za-z0-9](?:[-\w.]{0,61}[A-Za-z0-9])?$/.test(name))
      yield refusal([...path, key], `${JSON.stringify(key)} is no key of a label`);
    if (!/^(?:[A-Za-z0-9](?:[-\w.]*[A-Za-z0-9])?)?$/.test(textOf(value)))
      yield refusal([...path, key], `${JSON.stringify(value)} is no value of a label`);
  }
}

/** Source: istio/istio pkg/config/validation/validation.go, validateGatewayNames. */
export function* badGatewayNames(names: unknown, path: Path): Refusals {
  for (const [name, at] of textsOf(names, path)) {
    const slash = name.indexOf('/');
    if (slash === -1) {
      if (!isDomain(name)) yield refusal(at, `${JSON.stringify(name)} is no name of a Gateway`);
      // Those after a name without a namespace are not looked at.
      return;
    }
    const [namespace, own] = [name.slice(0, slash), name.slice(slash + 1)];
    if (namespace === '.' && isLabel(own))
      yield knownRefusal(at, `write ${own} for a Gateway of the own namespace, not ${name}`);
    else if (!isLabel(namespace) || !isLabel(own))
      yield refusal(at, `${JSON.stringify(name)} is no namespace/name of a Gateway`);
  }
}

/** Where an object is seen. Source: istio/istio pkg/config/validation/validation.go, validateExportTo. */
export function* badExportTo(
  spec: Fields,
  namespace: string,
  kind: 'ServiceEntry' | 'other',
): Refusals {
  const path = ['spec', 'exportTo'];
  const names = textsOf(spec.exportTo, path);
  const seen = new Set<string>();
  for (const [name, at] of names) {
    const key = name === '.' && namespace !== '' ? namespace : name;
    if (seen.has(key)) yield refusal(at, `${name} is there twice`);
    seen.add(key);
    if (name === '~' && kind !== 'ServiceEntry')
      yield knownRefusal(at, '~ (nobody) is for ServiceEntries alone');
    else if (!['.', '*', '~'].includes(name) && !isLabel(name))
      yield refusal(at, `${JSON.stringify(name)} is none of ., * and the name of a namespace`);
  }
  for (const sign of kind === 'ServiceEntry' ? ['*', '~'] : ['*'])
    if (names.length > 1 && seen.has(sign))
      yield refusal(path, `${sign} stands with others: it must be alone`);
}

/** Source: istio/istio pkg/config/validation/validation.go, validateDestination. */
export function* badDestination(destination: Fields, path: Path): Refusals {
  const host = textOf(destination.host);
  if (host === '*' || !isWildcardDomain(host))
    yield refusal([...path, 'host'], `${JSON.stringify(host)} is no host of a destination`);
  const subset = textOf(destination.subset);
  if (subset !== '' && !isLabel(subset))
    yield refusal([...path, 'subset'], `${JSON.stringify(subset)} is no name of a subset`);
  const port = destination.port as Fields | null | undefined;
  if (port !== undefined && port !== null && !isPort(numberOf(port.number)))
    yield refusal([...path, 'port'], 'it must have a number between 1 and 65535');
}
