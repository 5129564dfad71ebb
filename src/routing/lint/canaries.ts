import type { Finding } from '../../finding.js';
import { oldestFirst, otherOrder } from '../ingress-nginx/age.js';
import { ingressesByController } from '../ingress-nginx/class.js';
import { programIngresses, type Unmerged } from '../ingress-nginx/controller.js';
import { annotationOf, type Ingress } from '../ingress-nginx/ingress.js';
import { manifestFinding } from '../manifest-finding.js';
import type { ManifestSet } from '../manifest-set.js';
import { objectKey } from '../manifest/manifest-object.js';

/** Canary Ingresses that get nothing, and Ingresses that are meant as such and are none. */
export function canariesWithoutEffect({ ingresses }: ManifestSet): Finding[] {
  return [...unmergedCanaries(ingresses), ...ingresses.flatMap(notEnabled)];
}

/** What makes a share of a canary; without `canary` the controller passes over all of it. */
const SHARES = ['canary-weight', 'canary-by-header', 'canary-by-cookie'];

/** Source: kubernetes/ingress-nginx internal/ingress/annotations/canary/main.go, Parse. */
function notEnabled(ingress: Ingress): Finding[] {
  const { canary, name, node } = ingress;
  const set = SHARES.filter((each) => !['', '0'].includes(annotationOf(ingress, each) ?? ''));
  if (canary !== null || set.length === 0) return [];
  return [
    manifestFinding({
      code: 'canary-without-effect',
      summary: `the Ingress ${name} has ${set.join(', ')} and not canary: "true", so it is a normal one and these say nothing: annotate it with nginx.ingress.kubernetes.io/canary: "true"`,
      place: node.field('metadata').field('annotations').place(),
    }),
  ];
}

/** Paths that get nothing, whichever controller reads them and whatever the ages of all. */
function unmergedCanaries(ingresses: ManifestSet['ingresses']): Finding[] {
  if (ingresses.every(({ canary }) => canary === null)) return [];
  const orders = ingressesByController(ingresses).flatMap((own) => {
    const ordered = oldestFirst(own);
    return [ordered, otherOrder(ordered) ?? []];
  });
  const programmed = orders.map((ordered) => ({
    ordered,
    unmerged: programIngresses(ordered).unmerged,
  }));
  const seen = new Set<Unmerged['rule']>();
  return programmed.flatMap(({ unmerged }) =>
    unmerged.flatMap((found) => {
      const { ingress, rule, reason } = found;
      const isSure = programmed.every(
        (other) =>
          !other.ordered.includes(ingress) ||
          other.unmerged.some((each) => each.rule === rule && each.reason === reason),
      );
      if (!isSure || seen.has(rule)) return [];
      seen.add(rule);
      return [toFinding(found)];
    }),
  );
}

function toFinding(found: Unmerged): Finding {
  const { ingress, rule } = found;
  return manifestFinding({
    code: 'canary-without-effect',
    summary: `the canary Ingress ${ingress.name} gets nothing at ${rule.host ?? '*'}${rule.path}: ${reasonOf(found)}`,
    place: rule.node.place(),
  });
}

function reasonOf({ rule, reason, other }: Unmerged): string {
  switch (reason) {
    case 'no-host':
      return 'no other Ingress has its host, so there is nothing to merge it with';
    case 'no-path':
      return `no other Ingress has its path with the same pathType (${rule.pathType}), so it is merged with nothing and its Service gets no share anywhere: write the path as the main Ingress has it`;
    case 'removed':
      return 'another of its paths is merged with nothing, and that takes its Service away from all';
    case 'is-primary':
      return `its Service ${rule.service} is the main one of a path of this host already: give the canary a Service of its own`;
    case 'not-first':
      return `another canary${described(other)} of the same Service comes first, and nginx asks only one`;
    case 'owned':
      return `the Ingress${described(other)} named its Service ${rule.service} first, so the annotations of the canary hold for nothing: give the canary a Service of its own`;
  }
}

function described(ingress: Ingress | null): string {
  return ingress === null ? '' : ` ${objectKey(ingress)}`;
}
