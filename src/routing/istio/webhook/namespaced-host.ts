import { type Path, refusal, type Refusals } from './fields.js';
import { isAddress, isLabel, isWildcardDomain } from './names.js';

/**
 * `namespace/host`, where a Gateway may leave the namespace out.
 * Source: istio/istio pkg/config/validation/agent/validation.go, ValidateNamespaceSlashWildcardHostname.
 */
export function* badNamespacedHost(
  text: string,
  path: Path,
  kind: 'Gateway' | 'Sidecar',
): Refusals {
  const slash = text.indexOf('/');
  const host = text.slice(slash + 1);
  if (slash === -1 && kind === 'Sidecar') {
    yield refusal(path, `${JSON.stringify(text)} is not of the form namespace/dnsName`);
    return;
  }
  if (slash !== -1) {
    const written = text.slice(0, slash);
    const namespace = kind === 'Sidecar' && written.startsWith('~') ? written.slice(1) : written;
    const isOne = ['*', '.'].includes(namespace) || isLabel(namespace);
    // In a Sidecar ~ alone stands for every namespace.
    if (!isOne && (kind === 'Gateway' || written !== '~'))
      yield refusal(path, `${JSON.stringify(written)} is no namespace`);
  }
  if (host !== '*' && !host.includes('.'))
    yield refusal(path, `${JSON.stringify(host)} is a short name: write the host in full, or *`);
  else if (!isWildcardDomain(host) && (kind === 'Sidecar' || !isAddress(host)))
    yield refusal(path, `${JSON.stringify(host)} is no domain name`);
  else if (host.includes('*') && host !== '*' && !host.startsWith('*.'))
    yield refusal(path, `a wildcard stands for whole labels here: not ${host}`);
}
