import { formatShare } from '../numbers.js';
import { plainText } from '../plain-text.js';
import type { ProgrammedRecord } from '../../record/asked.js';
import type { SplitRecord } from '../../record/run-record.js';
import { heading, type Style, wrap } from '../style.js';
import { shorten } from './shorten.js';
import { table } from './table.js';

const OF_PROXY = 'What the proxy was programmed with';
const OF_CLIENT = 'What the control plane told the client';
/** Sources of clients without a proxy. */
const CONTROL_PLANE = 'control plane ';

/**
 * Configured, programmed and observed side by side; where the first two part is a finding.
 *
 * @param split What was observed; null where nothing was sent.
 */
export function programmedTable(
  programmed: ProgrammedRecord,
  split: SplitRecord | null,
  style: Style,
): string {
  const { table: name, virtualHost, routes, virtualServices = [], source } = programmed;
  const host = virtualHost === null ? '' : `host ${virtualHost}`;
  const owners = virtualServices.map((owner) => `VirtualService ${owner}`).join(' and ');
  const where = [source, name ?? 'no route table', host, routes.join(' and '), owners];
  const isOfClient = source.startsWith(CONTROL_PLANE);
  const titles = ['configured', 'programmed', ...(split === null ? [] : ['observed'])];
  const room = style.width - 2 - titles.length * 12;
  const rows = programmed.destinations.map(({ name: destination, ...shares }) => [
    shorten(plainText(destination), room),
    shareOrDash(shares.configuredShare),
    shareOrDash(shares.programmedShare),
    ...(split === null ? [] : [observedShare(split, destination)]),
  ]);
  if (programmed.answeredByProxy > 0) {
    const own = [
      isOfClient ? 'no route' : 'by the proxy itself',
      shareOrDash(ownShare(programmed)),
      formatShare(programmed.answeredByProxy),
    ];
    rows.push(split === null ? own : [...own, '']);
  }
  const columns = [
    { title: 'destination', align: 'left' as const },
    ...titles.map((title) => ({ title, align: 'right' as const })),
  ];
  return [
    heading(isOfClient ? OF_CLIENT : OF_PROXY, style),
    `  ${wrap(plainText(where.filter((part) => part !== '').join(', ')), style, 2, 2)}`,
    table(columns, rows, style),
  ].join('\n');
}

/** What the proxy is to answer itself; null where nothing is configured. */
function ownShare({ destinations, incomparable }: ProgrammedRecord): number | null {
  const configured = destinations.flatMap(({ configuredShare }) => configuredShare ?? []);
  if (incomparable !== null && configured.length === 0) return null;
  return Math.max(0, 1 - configured.reduce((sum, share) => sum + share, 0));
}

function shareOrDash(share: number | null): string {
  return share === null ? '-' : formatShare(share);
}

function observedShare(split: SplitRecord, name: string): string {
  const found = split.destinations.find((destination) => destination.name === name);
  return found === undefined || found.share === null ? '-' : formatShare(found.share);
}
