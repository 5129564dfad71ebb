import { counted } from '../../number-text.js';
import { entryOf } from '../../record/entry-of.js';
import type { RunRecord } from '../../record/run-record.js';
import { formatCount, formatShare } from '../numbers.js';
import { name, shortName } from './foreign.js';
import { type Content, type Html, html } from './markup.js';
import { folded, type Section } from './section.js';
import { tableElement } from './table.js';

/** Rows and columns that are shown. */
const MOST_CONNECTIONS = 50;
const MOST_DESTINATIONS = 12;
/** Steps of shade. */
const SHADES = 10;

/** Decisions that rest on connections. */
const BY_CONNECTION: readonly unknown[] = ['connections', 'clustered-draws', 'leaning-connections'];
const FINDINGS_OF_CONNECTIONS = [
  'pinned-connections',
  'gateways-disagree',
  'overdispersed',
  'connections-differ',
];

/** Who answered on which connection; nothing where that is not known. */
export function connectionSection(record: RunRecord, names: readonly string[]): Section | null {
  const { connections } = record.transport;
  const answered = connections.filter(({ observed }) => Object.keys(observed).length > 0);
  if (answered.length === 0) return null;
  const table = heatTable(record, names);
  const pinned = answered.filter(({ observed }) => Object.keys(observed).length === 1).length;
  const several = names.length > 1;
  const note = !several
    ? ''
    : pinned === answered.length
      ? 'Each connection stays with one destination.'
      : pinned === 0
        ? 'Each connection reached several destinations.'
        : `${formatCount(pinned)} of ${counted(answered.length, 'connection')} reached one destination alone.`;
  return {
    id: 'connections',
    title: 'Connections and destinations',
    body: html`<p class="note">${note}</p>
      ${
        matters(record) || (several && pinned === answered.length)
          ? table
          : folded(`All ${counted(connections.length, 'connection')}`, table)
      }`,
  };
}

function matters({ calls, findings }: RunRecord): boolean {
  return (
    calls.some(({ split }) => BY_CONNECTION.includes(split?.test?.decidedBy)) ||
    findings.some(({ code }) => FINDINGS_OF_CONNECTIONS.includes(code))
  );
}

function heatTable({ transport: { connections } }: RunRecord, names: readonly string[]): Html {
  const shown = names.slice(0, MOST_DESTINATIONS);
  const rows = connections.slice(0, MOST_CONNECTIONS).map(({ remote, observed, missing }, at) => {
    const total = Object.values(observed).reduce((sum, count) => sum + count, missing);
    return [
      html`${at + 1} <span class="soft address">${name(remote)}</span>`,
      ...shown.map((own) => heat(entryOf(observed, own) ?? 0, total)),
      missing === 0 ? NONE : formatCount(missing),
      formatCount(total),
    ];
  });
  const left = [
    ...(connections.length > rows.length
      ? [counted(connections.length - rows.length, 'more connection')]
      : []),
    ...(names.length > shown.length
      ? [counted(names.length - shown.length, 'more destination')]
      : []),
  ];
  return tableElement({
    caption:
      'Answers by connection: the stronger the tint, the greater the share of the connection',
    columns: [
      { title: 'connection' },
      ...shown.map((own) => ({ title: shortName(own), isNumber: true })),
      { title: 'missing', isNumber: true },
      { title: 'all', isNumber: true },
    ],
    rows,
    ...(left.length === 0
      ? {}
      : { note: `${left.join(' and ')} are left out here; the record has them.` }),
  });
}

const NONE = html`<span class="soft">–</span>`;

function heat(count: number, total: number): Content {
  if (count === 0) return NONE;
  const share = count / total;
  return html`<span class="heat h${Math.round(share * SHADES)}"
    >${formatCount(count)} <span class="soft">${formatShare(share)}</span></span
  >`;
}
