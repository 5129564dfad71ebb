import type { CallCounts, WatchedLog } from '../count/counted.js';
import type { Finding } from '../finding.js';
import { count, counted } from '../number-text.js';
import type { Reason } from './expectation.js';
import { found } from './found.js';

/** Which requests of others were to count. */
export interface WatchedRequests {
  /** The gateway's name for their route, as the user gave it; null where that was not asked. */
  routeName: string | null;
  /** The same by the manifests; null where they have none. */
  ruleName: string | null;
  /** Headers by which other rules may take requests that look like those of this one. */
  decidingHeaders: readonly string[];
}

/** Nothing that was read is of the route. */
export const NO_LINES = 'no-lines-of-the-route';
const NO_LINES_TEXT = 'no line of the access log is of the route in question';
const SHOWN_REQUESTS = 5;

/** What there is to say of a log whose lines are requests of others. */
export function findInWatchedLog({ log, sent }: CallCounts, asked: WatchedRequests): Finding[] {
  const watched = log?.watched;
  if (log === null || watched === undefined) return [];
  const findings = [
    sent === 0 ? noLines(watched, log.unreadable, log.wasSilent) : null,
    failuresNotLogged(watched, sent),
    hostNotLogged(watched, sent),
    rulesByHeaders(watched, sent, asked),
  ];
  return findings.filter((finding) => finding !== null);
}

/** What keeps a run from passing in which nothing was read, or failures could not be seen. @param maxErrorRate Of the call. */
export function barOfWatchedLog(
  { log, sent }: CallCounts,
  { maxErrorRate }: { maxErrorRate: number },
): Reason | null {
  if (log?.watched !== undefined && sent === 0) {
    return { code: NO_LINES, text: NO_LINES_TEXT };
  }
  const unseen = log?.watched?.withoutStatus ?? 0;
  if (unseen === 0 || maxErrorRate >= 1) return null;
  return {
    code: 'failures-not-logged',
    text: `${count(unseen)} of ${counted(sent, 'line')} would not show a failure, so that nothing is known of the error rate`,
  };
}

function noLines({ lines, requests }: WatchedLog, garbled: number, wasSilent: boolean): Finding {
  const frequent = [...requests].filter(([text]) => text !== '').sort((a, b) => b[1] - a[1]);
  const shown = frequent.slice(0, SHOWN_REQUESTS).map(([text, some]) => `${text} (${count(some)})`);
  const others = [
    ...(lines === 0 ? [] : [`${counted(lines, 'line')} of other routes: ${shown.join(', ')}`]),
    ...(garbled === 0 ? [] : [`${counted(garbled, 'line')} that could not be understood`]),
  ];
  return found('proxy', {
    code: NO_LINES,
    severity: 'error',
    summary: NO_LINES_TEXT,
    evidence: wasSilent ? 'nothing at all was read' : others.join('; '),
    advice: wasSilent
      ? 'Look whether the gateway logs (Istio does only where a Telemetry object or the mesh’s accessLogFile says so), and whether the log is the right one; of a file that grows, --for 5m reads what is written from now on.'
      : 'Say whose requests are meant with --authority, and a METHOD or --path, as the lines have them; or name the route with --route-name.',
  });
}

function failuresNotLogged({ withoutStatus }: WatchedLog, sent: number): Finding | null {
  if (withoutStatus === 0) return null;
  return found('proxy', {
    code: 'failures-not-logged',
    severity: 'warning',
    summary: 'the access log does not say which requests failed',
    evidence: `${count(withoutStatus)} of ${counted(sent, 'line')} have no place for the status`,
    advice:
      'Have the gateway log it: of gRPC %GRPC_STATUS(NUMBER)% beside %RESPONSE_CODE%, for the latter is 200 where calls fail, too. Or leave errors out of the verdict, with --max-error-rate 100%.',
  });
}

function hostNotLogged({ withoutHost }: WatchedLog, sent: number): Finding | null {
  if (withoutHost === 0) return null;
  return found('proxy', {
    code: 'host-not-logged',
    severity: 'warning',
    summary: 'the access log does not say which host requests are for',
    evidence: `${count(withoutHost)} of ${counted(sent, 'line')}; those for other hosts with the same path count, too`,
    advice: 'Have the gateway log %REQ(:AUTHORITY)%, or $host.',
  });
}

function rulesByHeaders(
  { withoutRouteName }: WatchedLog,
  sent: number,
  { routeName, ruleName, decidingHeaders }: WatchedRequests,
): Finding | null {
  const isNamed = routeName !== null || (ruleName !== null && withoutRouteName === 0);
  if (sent === 0 || decidingHeaders.length === 0 || isNamed) return null;
  return found('proxy', {
    code: 'rules-not-told-apart',
    severity: 'warning',
    summary: 'the log cannot tell the requests of this rule from those of others',
    evidence: `rules of the host go by ${decidingHeaders.length === 1 ? 'the header' : 'the headers'} ${decidingHeaders.join(', ')}, which lines do not have: all requests that are alike but for ${decidingHeaders.length === 1 ? 'it' : 'them'} are counted`,
    advice:
      'Give the rule a name and have the gateway log %ROUTE_NAME%, as Istio’s own format does; then lines of other rules are left out.',
  });
}
