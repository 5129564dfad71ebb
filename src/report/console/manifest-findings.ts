import { counted } from '../../number-text.js';
import type { Finding } from '../../finding.js';
import { aboutCall } from '../../record/call-labels.js';
import { placeText } from '../sentences/place.js';
import { plainText } from '../plain-text.js';
import { heading, paint, type Style, wrap } from '../style.js';

/** So many findings of one kind are shown; the JSON has them all. */
const SHOWN_OF_A_KIND = 10;

/** What is wrong with manifests, or with the route of a request; empty without findings. */
export function findingsSection(all: readonly Finding[], style: Style): string {
  if (all.length === 0) return '';
  const seen = new Map<string, number>();
  const lines = all.flatMap((finding) => {
    const before = seen.get(finding.code) ?? 0;
    seen.set(finding.code, before + 1);
    return before < SHOWN_OF_A_KIND ? findingLines(finding, style) : [];
  });
  for (const [code, count] of seen) {
    if (count > SHOWN_OF_A_KIND) lines.push(`  and ${count - SHOWN_OF_A_KIND} more ${code}`);
  }
  return `${heading('Findings', style)}\n${lines.join('\n')}`;
}

function findingLines(
  { code, severity, call, place, summary, evidence, advice }: Finding,
  style: Style,
): string[] {
  const where = placeText(place);
  return [
    `  ${paint(style, severity === 'error' ? 'fail' : 'inconclusive', severity)} ${code}`,
    ...[where, aboutCall(call, summary), evidence, advice]
      .filter((text) => text !== '')
      .map((text) => `    ${wrap(plainText(text), style, 4, 4)}`),
  ];
}

/** How many there are. */
export function findingsSummary(all: readonly Finding[], style: Style): string {
  const errors = all.filter(({ severity }) => severity === 'error').length;
  const warnings = all.filter(({ severity }) => severity === 'warning').length;
  if (errors + warnings === 0) return paint(style, 'pass', 'nothing to complain about');
  const parts = [
    ...(errors > 0 ? [paint(style, 'fail', counted(errors, 'error'))] : []),
    ...(warnings > 0 ? [paint(style, 'inconclusive', counted(warnings, 'warning'))] : []),
  ];
  return parts.join(', ');
}
