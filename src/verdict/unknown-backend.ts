import type { Finding } from './finding.js';

const SHOWN_NAMES = 3;

/**
 * Answers that were fine, but of nobody known: they cannot be attributed, and are missing in the
 * split.
 *
 * @param pods Names that fit no workload, and how often they answered.
 * @param unattributed OK answers without a known destination, those without any name included.
 * @param sampled All requests of the sample.
 */
export function findUnknownBackends(
  pods: readonly { name: string; observed: number }[],
  unattributed: number,
  sampled: number,
): Finding[] {
  if (unattributed === 0) return [];
  const named = pods.slice(0, SHOWN_NAMES).map(({ name, observed }) => `${name} (${observed})`);
  const more = pods.length > SHOWN_NAMES ? `, and ${pods.length - SHOWN_NAMES} more` : '';
  return [
    {
      code: 'unknown-backend',
      severity: 'warning',
      summary: 'Somebody answered who belongs to no known destination.',
      evidence:
        pods.length === 0
          ? `${unattributed} of ${sampled} answers carry no pod name`
          : `${unattributed} of ${sampled} answers: ${named.join(', ')}${more}`,
      advice:
        pods.length === 0
          ? 'Say where the pod name stands in an answer with --identity.'
          : 'Add the manifests of the workloads that answer, or check where the route leads.',
    },
  ];
}
