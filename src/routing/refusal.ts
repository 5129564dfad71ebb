import type { Finding } from '../finding.js';
import { InputError } from '../input-error.js';
import { manifestFinding } from './manifest-finding.js';
import { HELM_TEMPLATE_PROBLEM, hasHelmAction } from './manifest/helm-template.js';
import { ManifestNode } from './manifest/manifest-node.js';
import type { PathStep } from './manifest/source-document.js';

/** Why an object never comes to be: a server refuses it. */
export interface Refusal {
  /** Where, below the object. */
  path: readonly PathStep[];
  /** `the API server`, `Istio`. */
  by: string;
  /** The rule that it breaks, as a clause. */
  rule: string;
  /** Servers without the webhook have it, and what Istio makes of it then is known. */
  isKnown?: true;
}

const GATEWAY_API = 'gateway.networking.k8s.io';

/**
 * What becomes of an object that is refused. One that a server has given was let in by it, whose version
 * is then another; and of the Gateway API many versions are about, of which implementations have ways with
 * what newer ones refuse.
 * @param unknown Fields that there are not, which may be the cause.
 * @throws InputError with the first rule that an object of another kind breaks.
 */
export function refused(
  node: ManifestNode,
  group: string,
  refusals: readonly Refusal[],
  unknown: readonly Finding[],
): Finding[] {
  const isLetIn = isFromServer(node);
  return refusals.map(({ path, by, rule, isKnown = false }) => {
    const place = node.at(path);
    if (typeof place.value === 'string' && hasHelmAction(place.value))
      throw place.error(HELM_TEMPLATE_PROBLEM);
    const summary = `${by} refuses it: ${rule}`;
    if (!isLetIn && !isKnown && group !== GATEWAY_API)
      throw withCause(place.error(summary), unknown);
    return manifestFinding({
      code: 'refused-object',
      severity: isLetIn || isKnown ? 'warning' : 'error',
      summary: isLetIn ? `${summary}; a server of another version let it in` : summary,
      place: place.place(),
    });
  });
}

/**
 * An error together with the unknown field without which it would not be: one below its place, or one that
 * was meant to be what is missing there.
 */
export function withCause(error: unknown, unknown: readonly Finding[]): unknown {
  if (!(error instanceof InputError)) return error;
  const { path = '' } = error.place;
  const [name = ''] = /[^.]*$/.exec(path) ?? [];
  const parent = path.slice(0, -name.length);
  const cause = unknown
    .filter(({ code }) => code === 'unknown-field')
    .find(({ place, summary }) => {
      const own = place?.path ?? '';
      return (
        (own.startsWith(path) && /^[.[]/.test(own.slice(path.length))) ||
        (own.startsWith(parent) && summary.endsWith(`did you mean ${name}?`))
      );
    });
  return cause === undefined
    ? error
    : new InputError(`${error.problem}; ${cause.summary}`, error.place);
}

function isFromServer(node: ManifestNode): boolean {
  const metadata = node.field('metadata');
  return !metadata.field('uid').absent || !metadata.field('resourceVersion').absent;
}
