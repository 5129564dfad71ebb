import type { CallRecord, RunRecord } from '../../record/run-record.js';
import { type LabelledCall, labelled } from '../labelled.js';
import { CHANGE_TITLE } from '../sentences/change.js';
import { accountSection } from './account.js';
import {
  acrossChange,
  callFacts,
  latency,
  moreOfCall,
  namesOf,
  whoAnswered,
} from './call-parts.js';
import { connectionSection } from './connections.js';
import { decision } from './decision.js';
import { document } from './document.js';
import { findingSection } from './findings.js';
import { name } from './foreign.js';
import { type Content, html, pageText } from './markup.js';
import { overTime } from './over-time/over-time.js';
import type { ExpectedShares } from './over-time/shares.js';
import { runSection } from './run-facts.js';
import { callId, callList } from './call-list.js';
import { folded, part, type Section } from './section.js';
import { thresholdSection } from './thresholds.js';
import { timelineOf } from './timeline.js';
import { badge } from './verdict.js';

/** Renders a run as a page of its own, which needs no script and loads nothing. */
export function renderHtml(record: RunRecord): string {
  const calls = labelled(record);
  const names = [...new Set(record.calls.flatMap(namesOf))];
  const [only] = record.calls;
  const isSingle = record.calls.length === 1 && only !== undefined;
  const sections = [
    ...(isSingle
      ? firstOfCall(only, record)
      : [callList(calls), ...calls.map((each, at) => callSection(each, at, record))]),
    thresholdSection(record),
    timeSection(record, names),
    ...(isSingle ? latencyOfCall(only) : []),
    connectionSection(record, names),
    findingSection(record),
    ...(isSingle ? restOfCall(only, record) : []),
    accountSection(record),
    runSection(record),
  ].flatMap((section) => section ?? []);
  return pageText(document(record, sections));
}

/** All about one of several calls. */
function callSection({ call, label }: LabelledCall, at: number, record: RunRecord): Section {
  const how = decision(record, call);
  return {
    id: callId(at),
    title: html`${badge(call)} ${name(label ?? call.call)}`,
    body: [
      callFacts(call, record.passive !== undefined),
      headed(CHANGE_TITLE, acrossChange(call, record)),
      headed('Who answered', whoAnswered(call)),
      headed('Latency', latency(call)),
      how === null ? null : folded('How the verdict was made', how),
      html`<div class="parts">${moreOfCall(call, record)}</div>`,
    ],
  };
}

function headed(title: string, body: Content): Content {
  return body === null ? null : part(title, body);
}

function firstOfCall(call: CallRecord, record: RunRecord): Section[] {
  const change = acrossChange(call, record);
  const body = whoAnswered(call);
  return [
    ...(change === null ? [] : [{ id: 'change', title: CHANGE_TITLE, body: change }]),
    ...(body === null ? [] : [{ id: 'split', title: splitTitle(call), body }]),
  ];
}

function splitTitle({ split, change }: CallRecord): string {
  if (change !== undefined) return 'Who answered';
  const isExpected = split?.destinations.some(({ weight }) => weight !== null) === true;
  return isExpected ? 'Observed against expected' : 'Who answered';
}

function latencyOfCall(call: CallRecord): Section[] {
  const body = latency(call);
  return body === null ? [] : [{ id: 'latencies', title: 'Latency by destination', body }];
}

function restOfCall(call: CallRecord, record: RunRecord): Section[] {
  const how = decision(record, call);
  return [
    ...(how === null ? [] : [{ id: 'decision', title: 'How the verdict was made', body: how }]),
    {
      id: 'call',
      title: 'The call',
      body: [
        callFacts(call, record.passive !== undefined),
        html`<div class="parts">${moreOfCall(call, record)}</div>`,
      ],
    },
  ];
}

function timeSection(record: RunRecord, names: readonly string[]): Section | null {
  const timeline = timelineOf(record, names);
  if (timeline === null) return null;
  return {
    id: 'time',
    title: 'Over time',
    body: overTime(record, timeline, expectedShares(record)),
  };
}

/** What the weights make of all answers together; empty where a call expects nothing. */
function expectedShares({ calls }: RunRecord): ExpectedShares {
  const expected = new Map<string, number>();
  const all = calls.reduce((sum, { split }) => sum + (split?.n ?? 0), 0);
  for (const { split } of calls) {
    for (const { name: own, expectedShare } of split?.destinations ?? []) {
      if (expectedShare === null || split === null) continue;
      expected.set(own, (expected.get(own) ?? 0) + (expectedShare * split.n) / Math.max(1, all));
    }
  }
  const isWhole = calls.every(
    ({ split }) => split?.destinations.some((each) => each.expectedShare !== null) === true,
  );
  return isWhole && all > 0 ? expected : new Map();
}
