import { renderExplained } from '../console/explained.js';
import { findingsSummary } from '../console/manifest-findings.js';
import type { Explained } from '../explained.js';
import { noticesOf } from '../notices.js';
import { bounded } from './bounded.js';
import { detailsPart, findingsPart, LIMIT } from './parts.js';

/** Renders what is wrong with manifests for a comment on GitHub; routes are folded. */
export function renderMarkdownOfExplained(report: Explained): string {
  const { findings } = report;
  const isBad = findings.some(({ severity }) => severity === 'error');
  const icon = isBad ? '❌' : findings.some(({ severity }) => severity === 'warning') ? '⚠️' : '✅';
  const summary = findingsSummary(findings, { width: 80, colour: false });
  const heading = `## ${icon} Routes: ${summary}\n\n`;
  return bounded(
    [
      { of: 'headings', before: '', items: [heading], after: '' },
      findingsPart(noticesOf(findings)),
      detailsPart((style) => renderExplained(report, style)),
    ],
    LIMIT,
  );
}
