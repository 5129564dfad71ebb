import type { Finding, Place, Severity } from '../finding.js';
import { callLabels } from '../record/call-labels.js';
import type { CallRecord, RunRecord } from '../record/run-record.js';
import { pageOf } from './documentation.js';

/** Something to be looked at, in words of its own: a reason of a verdict, or a finding. */
export interface Notice extends Pick<
  Finding,
  'code' | 'severity' | 'call' | 'summary' | 'evidence' | 'advice'
> {
  /** The verdict that it is a reason of, or the finding's code. */
  title: string;
  /** Where it stands, else where the route of its call does; null where neither is known. */
  place: Place | null;
  /** The page that says more; null where there is none. */
  page: string | null;
}

const GRAVEST_FIRST: readonly Severity[] = ['error', 'warning', 'info'];

/** What a run has to say to somebody who reads nothing else of it, the most important first. */
export function noticesOfRun(record: RunRecord): Notice[] {
  const { verdict, reasons, findings } = record;
  const severity = verdict === 'fail' ? 'error' : 'warning';
  const ofVerdict = reasons.map(({ code, text, call }): Notice => {
    const place = routePlace(record, call);
    return {
      ...{ title: verdict, code, severity, call, place, page: null },
      ...{ summary: text, evidence: '', advice: '' },
    };
  });
  const ofFindings = noticesOf(findings).map((notice): Notice => {
    return { ...notice, place: notice.place ?? routePlace(record, notice.call) };
  });
  return [...(verdict === 'pass' ? [] : ofVerdict), ...ofFindings];
}

/** Findings, errors first. */
export function noticesOf(findings: readonly Finding[]): Notice[] {
  return GRAVEST_FIRST.flatMap((severity) =>
    findings
      .filter((finding) => finding.severity === severity)
      .map(({ code, call, place, summary, evidence, advice }): Notice => {
        const known = { title: code, code, severity, call, place, page: pageOf(code) };
        return { ...known, summary, evidence, advice };
      }),
  );
}

/** Where the route of a call stands. @param label Which call; null: the run has one, or it is about all. */
function routePlace({ calls }: RunRecord, label: string | null): Place | null {
  const labels = callLabels(calls.map(({ call }) => call));
  const call: CallRecord | undefined =
    label === null && calls.length === 1 ? calls[0] : calls[labels.indexOf(label)];
  const { file = null, line = null } = call?.route ?? {};
  return file === null ? null : { file, line, column: null, document: null, path: null };
}
