import { readObject, type ManifestObject } from '../manifest/manifest-object.js';
import type { ManifestNode } from '../manifest/manifest-node.js';

/** A Flagger Canary: https://docs.flagger.app/usage/how-it-works */
export interface FlaggerCanary extends ManifestObject {
  target: { kind: string; name: string };
  /** Name of the Service that clients use. */
  apex: string;
  port: number | null;
  hosts: readonly string[];
  gateways: readonly string[];
  provider: string | null;
  /** `null`: no status. */
  weight: number | null;
  /** Requests are sent by headers, not by weight. */
  byHeaders: boolean;
}

export function readFlaggerCanary(node: ManifestNode): FlaggerCanary {
  const spec = node.field('spec');
  const target = spec.field('targetRef');
  const service = spec.field('service');
  const name = target.field('name').string();
  const status = node.field('status');
  const analysis = spec.field('analysis').absent
    ? spec.field('canaryAnalysis')
    : spec.field('analysis');
  return {
    ...readObject(node, 'Canary', 'flagger.app'),
    target: { kind: target.field('kind').optionalString() ?? 'Deployment', name },
    apex: service.field('name').optionalString() ?? name,
    port: service.field('port').optionalInteger(),
    hosts: service.field('hosts').strings(),
    gateways: service.field('gateways').strings(),
    provider: spec.field('provider').optionalString(),
    weight: status.absent ? null : (status.field('canaryWeight').optionalInteger() ?? 0),
    byHeaders: analysis.field('match').items().length > 0,
  };
}
