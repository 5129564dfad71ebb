import type { Finding, Place, Severity } from '../finding.js';
import type { CallRecord, RunRecord } from '../record/run-record.js';
import { pageOf } from './documentation.js';
import { labelled } from './labelled.js';

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
  const ofVerdict = record.reasons.flatMap(({ code, text, call }): Notice[] => {
    const { verdict } = callOf(record, call) ?? record;
    if (verdict === 'pass') return [];
    const severity = verdict === 'fail' ? 'error' : 'warning';
    const place = routePlace(record, call);
    const known = { title: verdict, code, severity, call, place, page: null } as const;
    return [{ ...known, summary: text, evidence: '', advice: '' }];
  });
  const ofFindings = noticesOf(record.findings).map((notice): Notice => {
    return { ...notice, place: notice.place ?? routePlace(record, notice.call) };
  });
  return [...ofVerdict, ...ofFindings];
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

/** The call that something is about; undefined where it is about the run. */
function callOf(record: RunRecord, label: string | null): CallRecord | undefined {
  if (label === null) return undefined;
  return labelled(record).find((one) => one.label === label)?.call;
}

/** Where the route of a call stands, or that of the only one. */
function routePlace(record: RunRecord, label: string | null): Place | null {
  const only = record.calls.length === 1 ? record.calls[0] : undefined;
  const { file = null, line = null } = (only ?? callOf(record, label))?.route ?? {};
  return file === null ? null : { file, line, column: null, document: null, path: null };
}
