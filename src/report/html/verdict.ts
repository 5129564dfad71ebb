import { aboutCall } from '../../record/call-labels.js';
import type { RunRecord } from '../../record/run-record.js';
import { counted } from '../../number-text.js';
import { formatCount, formatMs, formatSeconds, formatShare } from '../numbers.js';
import { stoppedText } from '../sentences/stopped.js';
import { message, name } from './foreign.js';
import { type Content, type Html, html } from './markup.js';

const WORDS: Readonly<Record<RunRecord['verdict'], string>> = {
  pass: 'Pass',
  fail: 'Fail',
  inconclusive: 'Inconclusive',
};

/** A run by its name, or by what it was sent to. */
export function runName({ scenario, target }: RunRecord): string {
  return scenario ?? target;
}

/** `Pass` */
export function verdictWord({ verdict }: Pick<RunRecord, 'verdict'>): string {
  return WORDS[verdict];
}

/** What a run came to, why, and its size: before anything else. */
export function verdictHeader(record: RunRecord): Html {
  const { verdict, reasons } = record;
  const texts = reasons.map(({ call, text }) => message(aboutCall(call, text)));
  const stopped = stoppedText(record);
  return html`<header class="verdict ${verdict}">
    <p class="kicker">splitproof ${record.command}</p>
    <h1>${badge(record)} <span class="run">${name(runName(record))}</span></h1>
    ${
      texts.length === 1
        ? html`<p class="reason">${texts}</p>`
        : html`<ul class="reason">
            ${texts.map((text) => html`<li>${text}</li>`)}
          </ul>`
    }
    ${stopped === null ? null : html`<p class="note">Stopped ${stopped}.</p>`}
    <dl class="figures-strip">
      ${keyFigures(record).map(
        ([label, value]) =>
          html`<div>
            <dt>${label}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
  </header>`;
}

/** A verdict by a shape, a word and a colour. */
export function badge(of: Pick<RunRecord, 'verdict'>): Html {
  return html`<span class="badge ${of.verdict}"
    ><svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d="${SHAPES[of.verdict]}" /></svg
    >${verdictWord(of)}</span
  >`;
}

const SHAPES: Readonly<Record<RunRecord['verdict'], string>> = {
  pass: 'M3 8.5 6.5 12 13 4.5',
  fail: 'M4 4l8 8M12 4l-8 8',
  inconclusive: 'M5 6a3 3 0 1 1 4.5 2.6C8.4 9.2 8 9.7 8 10.5M8 13v.1',
};

function keyFigures(record: RunRecord): [label: string, value: Content][] {
  const { load, durationSeconds, calls, findings } = record;
  const { requestsPerSecond: rate, sent, ok } = load;
  const [only] = calls;
  const p99 = calls.length === 1 ? (only?.latencyMs.overall.p99 ?? null) : null;
  const lost = sent - ok;
  return [
    ['Requests', formatCount(sent)],
    ['Time', formatSeconds(durationSeconds)],
    ...(rate === null ? [] : [['Per second', formatCount(rate)] satisfies [string, Content]]),
    ...(sent === 0
      ? []
      : [
          [
            'Not OK',
            lost === 0 ? 'none' : `${formatCount(lost)} (${formatShare(lost / sent)})`,
          ] satisfies [string, Content],
        ]),
    ...(p99 === null ? [] : [['p99', `${formatMs(p99)} ms`] satisfies [string, Content]]),
    [
      'Findings',
      findings.length === 0 ? 'none' : html`<a href="#findings">${findingCounts(findings)}</a>`,
    ],
  ];
}

/** `1 error, 2 warnings` */
function findingCounts(findings: RunRecord['findings']): string {
  return (['error', 'warning', 'info'] as const)
    .flatMap((severity) => {
      const count = findings.filter((finding) => finding.severity === severity).length;
      return count === 0 ? [] : [severity === 'info' ? `${count} info` : counted(count, severity)];
    })
    .join(', ');
}
