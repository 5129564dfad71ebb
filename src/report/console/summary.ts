import { counted } from '../../number-text.js';
import { plainText } from '../plain-text.js';
import type { RunRecord } from '../../record/run-record.js';
import { heading, type Style } from '../style.js';
import { destinationTable } from './destinations.js';
import { labelled } from '../labelled.js';
import { checkLines, findings, thresholdTable, verdict } from './outcome.js';

/** So many calls and findings have room on one screen; the record has them all. */
const SHOWN = { calls: 3, findings: 3 };

/** Verdict, counts and findings of a run, on about a screen: what somebody whose test fails looks at first. */
export function renderSummary(record: RunRecord, style: Style): string {
  const calls = labelled(record).filter(({ call }) => call.verdict !== 'pass');
  const telling = record.findings.filter(({ severity }) => severity !== 'info');
  const shown = telling
    .toSorted((a, b) => rank(a.severity) - rank(b.severity))
    .slice(0, SHOWN.findings);
  const more = [
    ...moreThan(calls.length - SHOWN.calls, 'call'),
    ...moreThan(telling.length - SHOWN.findings, 'finding'),
  ];
  const sections = [
    verdict(record, style),
    ...calls
      .slice(0, SHOWN.calls)
      .flatMap(({ call, label }) => [
        ...(call.split === null || call.split.sampled === 0
          ? []
          : [
              [
                heading(`Who answered ${plainText(label ?? call.call)}`, style),
                destinationTable(call.split, style),
              ].join('\n'),
            ]),
        checkLines(call, style),
      ]),
    thresholdTable(record, style),
    ...findings({ ...record, findings: shown }, style),
    more.length === 0 ? '' : `  and ${more.join(' and ')} in the record`,
  ];
  return sections.filter((section) => section !== '').join('\n\n');
}

function rank(severity: RunRecord['findings'][number]['severity']): number {
  return severity === 'error' ? 0 : 1;
}

function moreThan(count: number, noun: string): string[] {
  return count <= 0 ? [] : [counted(count, `more ${noun}`)];
}
