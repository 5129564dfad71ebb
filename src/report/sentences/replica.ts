import type { CallRecord } from '../../record/run-record.js';

/** `edge/gateway-7d9f at 10.0.0.7:8443` */
export function replicaText({
  namespace,
  pod,
  address,
}: NonNullable<CallRecord['replica']>): string {
  return `${namespace}/${pod} at ${address}`;
}
