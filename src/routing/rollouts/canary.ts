import type { MatchEntry } from '../condition.js';
import type { RouteEffects } from '../effects.js';
import type { PreflightPolicy } from '../preflight.js';
import { readCorsPolicy } from '../istio/cors-policy.js';
import { readHttpEffects } from '../istio/http-effects.js';
import { readHttpMatch } from '../istio/http-match.js';
import { readObject, type ManifestObject } from '../manifest/manifest-object.js';
import type { ManifestNode } from '../manifest/manifest-node.js';
import type { Finding } from '../../finding.js';
import { manifestFinding } from '../manifest-finding.js';

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
  /** Requests it takes at all; empty: any. */
  match: readonly MatchEntry[];
  /** Of an A/B test: only these may go to the canary; empty: any may. */
  testMatch: readonly MatchEntry[];
  preflights: PreflightPolicy | null;
  effects: RouteEffects;
  /** The VirtualService is one that others delegate to. */
  delegation: boolean;
}

export function readFlaggerCanary(node: ManifestNode, findings: Finding[]): FlaggerCanary {
  const spec = node.field('spec');
  const target = spec.field('targetRef');
  const service = spec.field('service');
  const name = target.field('name').string();
  const status = node.field('status');
  const analysis = spec.field('analysis').absent
    ? spec.field('canaryAnalysis')
    : spec.field('analysis');
  for (const [field, what] of NOT_MODELLED) {
    if (analysis.field(field).absent || analysis.field(field).value === false) continue;
    const place = analysis.field(field).place();
    findings.push(
      manifestFinding({
        code: 'not-modelled',
        summary: `${field} is not modelled here: ${what}`,
        place,
      }),
    );
  }
  return {
    ...readObject(node, 'Canary', 'flagger.app'),
    target: { kind: target.field('kind').optionalString() ?? 'Deployment', name },
    apex: service.field('name').optionalString() ?? name,
    port: service.field('port').optionalInteger(),
    hosts: service.field('hosts').strings(),
    gateways: service.field('gateways').strings(),
    provider: spec.field('provider').optionalString(),
    weight: status.absent ? null : (status.field('canaryWeight').optionalInteger() ?? 0),
    match: readMatches(service),
    testMatch: readMatches(analysis),
    // They have the names of a VirtualService's.
    preflights: readCorsPolicy(service.field('corsPolicy')),
    effects: readHttpEffects(service),
    delegation: service.field('delegation').boolean(),
  };
}

const NOT_MODELLED: readonly [string, string][] = [
  ['sessionAffinity', 'a request without the cookie is drawn by weight, one with it is not'],
  ['mirror', 'while requests are copied to the canary, none of its answers is ever seen'],
];

function readMatches(node: ManifestNode): MatchEntry[] {
  return node.field('match').items().map(readHttpMatch);
}
