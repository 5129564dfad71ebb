import { readObject, type ManifestObject } from '../manifest/manifest-object.js';
import { VIRTUAL_SERVICE_SPEC } from '../manifest/known-fields/istio.js';
import type { ManifestNode } from '../manifest/manifest-node.js';
import type { Rule } from '../rule.js';
import { unknownFieldsBelow } from '../unknown-fields.js';
import type { Finding } from '../../finding.js';
import { readHttpRule } from './http-rule.js';

/** An Istio VirtualService: https://istio.io/latest/docs/reference/config/networking/virtual-service/ */
export interface VirtualService extends ManifestObject {
  /** As written; empty for one that others delegate to. */
  hosts: readonly string[];
  /** As written; `mesh` when the object names none. */
  gateways: readonly string[];
  exportTo: readonly string[];
  http: readonly Rule[];
}

/** The gateway's name that stands for every sidecar. */
export const MESH = 'mesh';

export function readVirtualService(node: ManifestNode, findings: Finding[]): VirtualService {
  const spec = node.field('spec');
  findings.push(...unknownFieldsBelow(spec, VIRTUAL_SERVICE_SPEC));
  const gateways = spec.field('gateways').strings();
  return {
    ...readObject(node, 'VirtualService', 'networking.istio.io'),
    hosts: spec.field('hosts').strings(),
    gateways: gateways.length === 0 ? [MESH] : gateways,
    exportTo: spec.field('exportTo').strings(),
    http: spec.field('http').items().map(readHttpRule),
  };
}

/** A gateway's name in a VirtualService: `name` and `ns/name` mean a Gateway object, `mesh` the sidecars. */
export function resolveGatewayName(name: string, namespace: string): string {
  if (name === MESH || name.includes('/')) return name;
  return `${namespace}/${name}`;
}
