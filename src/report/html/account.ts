import type { RunRecord } from '../../record/run-record.js';
import { counted, digits } from '../../number-text.js';
import { formatCount, formatMs, formatSeconds, formatShare } from '../numbers.js';
import { proxyCounterSentences } from '../sentences/proxy-counters.js';
import { rolloutText } from '../sentences/rollout.js';
import { tlsFacts } from '../sentences/tls.js';
import { unsentText } from '../sentences/unsent.js';
import { message, name } from './foreign.js';
import { along } from './frame.js';
import { type Content, type Html, html } from './markup.js';
import { type Fact, factList, part, type Section, sentenceList } from './section.js';
import { tableElement } from './table.js';

/** What became of every request, and of what carried them. */
export function accountSection(record: RunRecord): Section {
  const { load, proxyCounters } = record;
  return {
    id: 'account',
    title: 'The account',
    body: [
      load.due === 0 ? html`<p>No request was sent.</p>` : requests(load),
      html`<div class="parts">
        ${part('Load', factList(loadFacts(record)))}
        ${part('Transport', factList(transportFacts(record)))}
        ${
          proxyCounters === null
            ? null
            : part(
                'What the proxies counted',
                sentenceList(proxyCounterSentences(proxyCounters).map(message)),
              )
        }
      </div>`,
    ],
  };
}

const ENDS = [
  { name: 'ok', of: 'ok', says: 'OK' },
  { name: 'failed', of: 'failed', says: 'failed' },
  { name: 'late', of: 'timedOut', says: 'timed out' },
  { name: 'given-up', of: 'cancelled', says: 'cancelled' },
  { name: 'unsent', of: 'unsent', says: 'not sent' },
] as const;

function requests(load: RunRecord['load']): Html {
  const { due, sent, unsent } = load;
  let from = 0;
  const bars = ENDS.map(({ name: own, of }) => {
    const width = load[of] / due;
    const bar = html`<rect
      class="${own}"
      x="${along(from)}"
      width="${along(width)}"
      height="14"
    />`;
    from += width;
    return width === 0 ? null : bar;
  });
  const text = ENDS.map(({ of, says }) => `${formatCount(load[of])} ${says}`).join(', ');
  return html`<svg class="bar" role="img" aria-label="${text}" width="100%" height="14">
      ${bars}
    </svg>
    ${tableElement({
      caption: `${counted(due, 'request')} were due: ${formatCount(sent)} sent, ${formatCount(unsent)} not`,
      columns: [
        { title: 'end' },
        { title: 'requests', isNumber: true },
        { title: 'of those due', isNumber: true },
      ],
      rows: ENDS.filter(({ of }) => of === 'ok' || load[of] > 0).map(({ name: own, of, says }) => [
        html`<span class="key"
          ><svg class="bar swatch" width="12" height="12" aria-hidden="true">
            <rect class="${own}" width="12" height="12" /></svg
          >${says}</span
        >`,
        formatCount(load[of]),
        formatShare(load[of] / due),
      ]),
    })}
    ${unsent > 0 ? html`<p class="note">${message(unsentText(load))}</p>` : null}`;
}

function loadFacts({ load, rollout, passive }: RunRecord): Fact[] {
  const { requestsPerSecondAsked: asked, atMostPerSecond: most, cpuMicrosPerRequest: cpu } = load;
  const { p50, p99, max } = load.scheduleSlipMs;
  const busiest = Math.max(0, ...load.threads.map(({ utilisation }) => utilisation));
  const lag = Math.max(0, ...load.threads.map(({ lagP99Ms }) => lagP99Ms));
  if (passive !== undefined)
    return [['connections', `${formatCount(load.connections)} of clients`]];
  return [
    [
      'loop',
      load.loop === 'open' ? 'open: by a schedule' : 'closed: an end makes room for the next',
    ],
    ...(asked === null ? [] : [['asked for', `${digits(asked)} per second`] satisfies Fact]),
    ...(most === null ? [] : [['at most', `${digits(most)} per second`] satisfies Fact]),
    ...(load.engine === '' ? [] : [['engine', name(load.engine)] satisfies Fact]),
    ['connections', formatCount(load.connections)],
    ['in flight', formatCount(load.concurrency)],
    ['threads', formatCount(load.workers)],
    ...(load.excluded > 0
      ? [['sent before, not counted', formatCount(load.excluded)] satisfies Fact]
      : []),
    ...(rollout === null ? [] : [['roll-out', rolloutText(rollout)] satisfies Fact]),
    ...(load.loop === 'open'
      ? [
          [
            'sent later than due',
            `p50 ${formatMs(p50)} ms, p99 ${formatMs(p99)} ms, max ${formatMs(max)} ms`,
          ] satisfies Fact,
        ]
      : []),
    ...(cpu === null ? [] : [['processor time', `${cpu.toFixed(1)} µs a request`] satisfies Fact]),
    ...(load.threads.length === 0
      ? []
      : [
          [
            'busiest thread',
            `${formatShare(busiest)} busy, behind by ${formatMs(lag)} ms (p99)`,
          ] satisfies Fact,
        ]),
  ];
}

function transportFacts(record: RunRecord): Fact[] {
  const { transport, load, silences } = record;
  const { count: waits, totalMs } = load.streamWaits;
  const limit = transport.maxConcurrentStreams;
  return [
    ['sent again', formatCount(transport.resent)],
    ['reconnects', formatCount(transport.reconnects)],
    ['GOAWAY', formatCount(transport.goaway)],
    ['RST_STREAM', resets(transport.rstStream)],
    ['streams on a connection', limit === null ? 'no limit' : `${formatCount(limit)} at most`],
    ...(waits > 0
      ? [
          [
            'waited for a stream',
            `${counted(waits, 'request')}, ${formatMs(totalMs / waits)} ms on average`,
          ] satisfies Fact,
        ]
      : []),
    ...(silences.length > 0
      ? [
          [
            'without any answer',
            silences
              .slice(0, 10)
              .map(
                ({ startSeconds, lengthSeconds }) =>
                  `${formatSeconds(lengthSeconds)} from ${formatSeconds(startSeconds)} on`,
              )
              .join(', '),
          ] satisfies Fact,
        ]
      : []),
    ...tls(record),
  ];
}

function resets(byCode: Readonly<Record<string, number>>): Content {
  const codes = Object.entries(byCode);
  if (codes.length === 0) return 'none';
  return codes.map(([code, count]) => html`${name(code)} ${formatCount(count)} `);
}

const TLS_LABELS = { tls: 'TLS', cert: 'certificate' } as const;

function tls(record: RunRecord): Fact[] {
  const facts = tlsFacts(record);
  if (facts.length === 0) return [['TLS', 'none was seen']];
  return facts.map(([label, text]) => [TLS_LABELS[label], message(text)]);
}
