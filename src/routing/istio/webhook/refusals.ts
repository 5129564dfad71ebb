import type { Refusal } from '../../refusal.js';
import { refusedDestinationRule } from './destination-rule.js';
import { fieldsOf, textOf } from './fields.js';
import { refusedGateway } from './gateway.js';
import { refusedServiceEntry, refusedWorkload } from './service-entry.js';
import { refusedSidecar } from './sidecar.js';
import { refusedVirtualService } from './virtual-service.js';

/**
 * Why Istio's validating webhook refuses an object of one of its kinds that the API server takes.
 * Source: istio/istio pkg/config/validation, of master in August 2026 (eed52eb).
 * @param value The object, as its file has it.
 */
export function webhookRefusals(value: unknown, kind: string): Refusal[] {
  const object = fieldsOf(value);
  const metadata = fieldsOf(object.metadata);
  const spec = fieldsOf(object.spec);
  const namespace = textOf(metadata.namespace);
  switch (kind) {
    case 'VirtualService':
      return [...refusedVirtualService(spec, namespace)];
    case 'DestinationRule':
      return [...refusedDestinationRule(spec, namespace)];
    case 'Gateway':
      return [...refusedGateway(spec, textOf(metadata.name))];
    case 'Sidecar':
      return [...refusedSidecar(spec)];
    case 'ServiceEntry':
      return [...refusedServiceEntry(spec, namespace)];
    case 'WorkloadEntry':
      return [...refusedWorkload(spec, ['spec'], true)];
    default:
      return [];
  }
}
