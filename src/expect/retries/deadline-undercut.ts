import type { Finding } from '../../finding.js';
import { counted } from '../../number-text.js';
import type { NamedFailure } from '../refusals.js';

/** In which Envoy says that its own time was up. */
const TIMED_OUT = /upstream (?:request|per try) timeout/i;

/**
 * What was told of the client's deadline before the run, with the calls that have ended so since: where there are
 * some, it is more than worth knowing.
 *
 * @param findings What reading the configuration brought to light.
 */
export function withUndercut(
  findings: readonly Finding[],
  { failures }: { failures: readonly NamedFailure[] },
): readonly Finding[] {
  const ended = failures.filter(({ cause }) => TIMED_OUT.test(cause));
  if (ended.length === 0) return findings;
  const sum = ended.reduce((all, one) => all + one.count, 0);
  const statuses = [...new Set(ended.map(({ status }) => status))].join(', ');
  return findings.map((finding) =>
    finding.code === 'deadline-undercut'
      ? {
          ...finding,
          severity: 'warning',
          evidence: `${counted(sum, 'call')} ended so: ${statuses}, "${ended[0]?.cause ?? ''}"`,
        }
      : finding,
  );
}
