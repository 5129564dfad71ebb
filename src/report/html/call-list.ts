import type { LabelledCall } from '../labelled.js';
import { formatCount, formatMs, formatShare } from '../numbers.js';
import { name } from './foreign.js';
import { html } from './markup.js';
import type { Section } from './section.js';
import { furthestOff } from './split-plot.js';
import { tableElement } from './table.js';
import { badge } from './verdict.js';

/** Where all about a call stands. @param at Its number in the run, from 0. */
export function callId(at: number): string {
  return `call-${at + 1}`;
}

/** What each of several calls came to; nothing where the run has none. */
export function callList(calls: readonly LabelledCall[]): Section | null {
  if (calls.length === 0) return null;
  return {
    id: 'calls',
    title: 'The calls',
    body: tableElement({
      caption: 'What each call came to',
      columns: [
        { title: 'call' },
        { title: 'verdict' },
        { title: 'sampled', isNumber: true },
        { title: 'without a destination', isNumber: true },
        { title: 'furthest off' },
        { title: 'p50 (ms)', isNumber: true },
        { title: 'p99 (ms)', isNumber: true },
      ],
      rows: calls.map(({ call, label }, at) => [
        html`<a href="#${callId(at)}">${name(label ?? call.call)}</a>`,
        badge(call),
        formatCount(call.split?.sampled ?? 0),
        call.split === null || call.split.sampled === 0
          ? '-'
          : formatShare(call.split.missing / call.split.sampled),
        call.split === null ? '-' : (furthestOff(call.split) ?? '-'),
        formatMs(call.latencyMs.overall.p50),
        formatMs(call.latencyMs.overall.p99),
      ]),
    }),
  };
}
