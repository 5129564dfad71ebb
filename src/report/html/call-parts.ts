import type { CallRecord, RunRecord } from '../../record/run-record.js';
import { formatCount, formatShare } from '../numbers.js';
import { flagsText, logText, missingText, probeText, routeText } from '../sentences/call.js';
import { changeSentences } from '../sentences/change.js';
import { forwardSentences, forwardsText } from '../sentences/forwards.js';
import { attemptMatrix, retrySentences } from '../sentences/retries.js';
import { streamSentences } from '../sentences/streams.js';
import { voucherText } from '../sentences/vouchers.js';
import { destinationTable, podTable } from './destinations.js';
import { message, name } from './foreign.js';
import { latencyPlot } from './latency-plot.js';
import { latencyTables } from './latency-table.js';
import { type Content, type Html, html } from './markup.js';
import { replicaText } from '../sentences/replica.js';
import { type Fact, factList, labelFacts, part, sentenceList } from './section.js';
import { splitPlot } from './split-plot.js';
import { tableElement } from './table.js';
import { badge } from './verdict.js';

/** Names of a call's destinations, in the order of their colours. */
export function namesOf({ split }: CallRecord): string[] {
  return split === null ? [] : split.destinations.map(({ name: own }) => own);
}

/** Where a call goes, and who says who answered it. */
export function callFacts(call: CallRecord, isPassive: boolean): Html | null {
  const { route, behind, split, accessLog, connectionProbe, forwards } = call;
  const facts: Fact[] = [
    ...(call.name === undefined ? [] : [['name', name(call.name)] satisfies Fact]),
    ['call', name(call.call)],
    ...(call.replica === undefined
      ? []
      : [['replica', name(replicaText(call.replica))] satisfies Fact]),
    ...labelFacts(call.labels ?? {}),
  ];
  if (behind !== null) {
    if (behind.frontRoute !== null) facts.push(['route', message(routeText(behind.frontRoute))]);
    facts.push(['service', html`${name(behind.service)}, called by what the route leads to`]);
  }
  if (route !== null) facts.push([behind === null ? 'route' : 'split', message(routeText(route))]);
  if (forwards !== undefined) facts.push(['through', message(forwardsText(forwards))]);
  if (accessLog !== null) {
    if (!isPassive) facts.push(['access log', message(logText(accessLog, call))]);
    const flags = Object.entries(accessLog.flags ?? {});
    if (flags.length > 0) facts.push(['response flags', message(flagsText(flags))]);
  }
  if (connectionProbe !== null) facts.push(['probe', message(probeText(connectionProbe))]);
  const voucher = split === null ? '' : voucherText(split);
  if (voucher !== '') facts.push(['said by', message(voucher)]);
  return factList(facts);
}

/** What came of a change of weights that was watched; nothing where none was. */
export function acrossChange({ change }: CallRecord, record: RunRecord): Content {
  return change === undefined ? null : sentenceList(changeSentences(change, record).map(message));
}

/** The split as a picture and as numbers; nothing where nobody is known to have answered. */
export function whoAnswered({ split, change }: CallRecord): Content {
  if (split === null || split.sampled === 0) return null;
  // The weights of one side say nothing of both together.
  if (change !== undefined) return podTable(split);
  return [
    splitPlot(split),
    destinationTable(split),
    split.missing > 0 ? html`<p class="note">${missingText(split)}.</p>` : null,
    podTable(split),
  ];
}

/** How long answers took; nothing where there were none. */
export function latency(call: CallRecord): Content {
  const { overall, failed } = call.latencyMs;
  if (overall.count === 0 && failed === null) return null;
  const names = namesOf(call);
  return [latencyPlot(call, names), latencyTables(call, names)];
}

/** What else is to be said of a call, each part with its heading. */
export function moreOfCall(call: CallRecord, record: RunRecord): Html[] {
  const { checks, programmed, streams, retries, forwards } = call;
  const parts: [title: string, body: Content][] = [
    [
      'Expected besides',
      sentenceList(
        checks.map(
          ({ kind, verdict, text }) => html`${badge({ verdict })} ${message(`${kind}: ${text}`)}`,
        ),
      ),
    ],
    ['What was programmed', programmed === null ? null : programmedTable(programmed, call)],
    ['Streams', streams === undefined ? null : sentenceList(streamSentences(streams).map(message))],
    ['Attempts', retries === undefined ? null : attempts(retries)],
    [
      'Forwarded',
      forwards === undefined ? null : sentenceList(forwardSentences(forwards).map(message)),
    ],
    ['Status', statuses(call, record)],
  ];
  return parts.flatMap(([title, body]) => (body === null ? [] : [part(title, body)]));
}

type Programmed = NonNullable<CallRecord['programmed']>;

function programmedTable(programmed: Programmed, { split }: CallRecord): Html {
  const { source, table, virtualHost, routes, destinations, difference, incomparable } = programmed;
  const where = [source, table ?? 'no route table', virtualHost ?? '', ...routes];
  const shown = (share: number | null): string => (share === null ? '-' : formatShare(share));
  const observed = (own: string): number | null =>
    split?.destinations.find((destination) => destination.name === own)?.share ?? null;
  const said = difference ?? incomparable;
  return html`<p class="note">${message(where.filter((each) => each !== '').join(', '))}</p>
    ${tableElement({
      caption: 'Configured, programmed and observed',
      columns: [
        { title: 'destination' },
        ...['configured', 'programmed', 'observed'].map((title) => ({ title, isNumber: true })),
      ],
      rows: [
        ...destinations.map(({ name: own, configuredShare, programmedShare }) => [
          name(own),
          shown(configuredShare),
          shown(programmedShare),
          shown(observed(own)),
        ]),
        ...(programmed.answeredByProxy > 0
          ? [['by the proxy itself', shown(0), shown(programmed.answeredByProxy), '-']]
          : []),
      ],
    })}
    ${said === null ? null : html`<p>${message(said)}</p>`}`;
}

function attempts(retries: NonNullable<CallRecord['retries']>): Html {
  const { titles, rows } = retries.said === 0 ? { titles: [], rows: [] } : attemptMatrix(retries);
  return html`${
    rows.length === 0
      ? null
      : tableElement({
          caption: 'Requests by how often the gateway tried them',
          columns: [{ title: 'attempts' }, ...titles.map((title) => ({ title, isNumber: true }))],
          rows: rows.map(({ name: own, counts }) => [name(own), ...counts.map(formatCount)]),
        })
  }
  ${sentenceList(retrySentences(retries).map(message))}`;
}

/** So many statuses and causes are shown; the record has them all. */
const MOST_ROWS = 20;

function statuses({ status, failures }: CallRecord, { load }: RunRecord): Content {
  const all = Object.entries(status).sort(([, a], [, b]) => b - a);
  if (all.length === 0) return html`<p>No request was sent.</p>`;
  const total = all.reduce((sum, [, count]) => sum + count, 0);
  return [
    tableElement({
      caption: 'Statuses',
      columns: [
        { title: 'status' },
        { title: 'requests', isNumber: true },
        { title: 'share', isNumber: true },
      ],
      rows: all
        .slice(0, MOST_ROWS)
        .map(([own, count]) => [name(own), formatCount(count), formatShare(count / total)]),
    }),
    failures.length === 0 || load.sent === 0
      ? null
      : tableElement({
          caption: 'Why requests failed',
          columns: [{ title: 'cause' }, { title: 'status' }, { title: 'requests', isNumber: true }],
          rows: failures
            .slice(0, MOST_ROWS)
            .map(({ status: own, cause, count }) => [
              cause === '' ? 'no reason given' : message(cause),
              name(own),
              formatCount(count),
            ]),
        }),
  ];
}
