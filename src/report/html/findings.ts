import { aboutCall } from '../../record/call-labels.js';
import type { FindingRecord, RunRecord } from '../../record/run-record.js';
import { pageOf } from '../documentation.js';
import { placeText } from '../sentences/place.js';
import { formatCount } from '../numbers.js';
import { message, name } from './foreign.js';
import { type Html, html } from './markup.js';
import type { Section } from './section.js';

const MOST_FINDINGS = 50;

/** Everything that stands out; nothing where nothing does. */
export function findingSection({ findings }: RunRecord): Section | null {
  if (findings.length === 0) return null;
  const left = findings.length - MOST_FINDINGS;
  return {
    id: 'findings',
    title: 'Findings',
    body: html`<ol class="findings">
        ${findings.slice(0, MOST_FINDINGS).map(findingElement)}
      </ol>
      ${
        left > 0
          ? html`<p class="note">
              ${formatCount(left)} more are left out here; the record has them.
            </p>`
          : null
      }`,
  };
}

const ABOUT: Readonly<Record<FindingRecord['about'], string>> = {
  target: 'about the target',
  proxy: 'about the proxy',
  call: 'about the call',
  load: 'about the load',
  client: 'about this client',
  manifest: 'about the manifests',
};

function findingElement(finding: FindingRecord): Html {
  const { code, severity, about, call, place, summary, evidence, advice } = finding;
  const page = pageOf(code);
  const where = placeText(place);
  return html`<li class="finding ${severity}">
    <p class="head">
      <span class="severity">${mark(severity)}${severity}</span>
      ${page === null ? name(code) : html`<a href="${page}">${name(code)}</a>`}
      <span class="soft">${ABOUT[about]}</span>
    </p>
    ${where === '' ? null : html`<p class="place">${message(where)}</p>`}
    <p class="summary">${message(aboutCall(call, summary))}</p>
    ${evidence === '' ? null : html`<p class="evidence">${message(evidence)}</p>`}
    ${advice === '' ? null : html`<p>${message(advice)}</p>`}
  </li>`;
}

const MARKS: Readonly<Record<FindingRecord['severity'], string>> = {
  error: 'M8 1.5 15 14.5H1zM8 6v4M8 12v.5',
  warning: 'M8 1.5 14.5 8 8 14.5 1.5 8zM8 5v4M8 11v.5',
  info: 'M8 1.5a6.5 6.5 0 1 0 .01 0zM8 7v4.5M8 4.5v.5',
};

/** A shape for each severity: colours alone tell not everybody. */
function mark(severity: FindingRecord['severity']): Html {
  return html`<svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
    <path d="${MARKS[severity]}" />
  </svg>`;
}
