import type { CallCounts, WatchedLog } from '../count/counted.js';
import type { Finding } from '../finding.js';
import { count, counted } from '../number-text.js';
import type { Reason } from './expectation.js';
import { found } from './found.js';

const NO_LINES = 'no-lines-of-the-route';
const NO_LINES_TEXT = 'no line of the access log is of the route in question';
const NOT_TOLD_APART = 'rules-not-told-apart';
const SHOWN_REQUESTS = 5;

/** What there is to say of a log whose lines are requests of others. */
export function findInWatchedLog({ log, sent }: CallCounts): Finding[] {
  const watched = log?.watched;
  if (log === null || watched === undefined) return [];
  const findings = [
    sent === 0 && watched.notToldApart.size === 0
      ? noLines(watched, log.unreadable, log.wasSilent)
      : null,
    failuresNotLogged(watched, sent),
    hostNotLogged(watched, sent),
    rulesNotToldApart(watched, sent),
  ];
  return findings.filter((finding) => finding !== null);
}

/** What keeps a run from passing in which nothing was read, or failures could not be seen. @param maxErrorRate Of the call. */
export function barOfWatchedLog(
  { log, sent }: CallCounts,
  { maxErrorRate }: { maxErrorRate: number },
): Reason | null {
  if (log?.watched !== undefined && sent === 0) {
    const either = linesNotToldApart(log.watched);
    return either === 0
      ? { code: NO_LINES, text: NO_LINES_TEXT }
      : {
          code: NOT_TOLD_APART,
          text: `${counted(either, 'line')} of the access log may be of the rule in question or of one that sends elsewhere, and none is of it for certain`,
        };
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

function rulesNotToldApart({ notToldApart }: WatchedLog, sent: number): Finding | null {
  if (notToldApart.size === 0) return null;
  const either = linesNotToldApart({ notToldApart });
  const names = [...notToldApart.keys()].filter((text) => text !== '');
  return found('proxy', {
    code: NOT_TOLD_APART,
    severity: sent === 0 ? 'error' : 'warning',
    summary:
      'the log cannot tell the requests of this rule from those of another that sends elsewhere',
    evidence: `rules go by ${names.join('; ')}, which ${either === 1 ? '1 line does' : `${count(either)} lines do`} not have: left out`,
    advice:
      'Give the rules names and have the gateway log %ROUTE_NAME%, as Istio’s own format does; or say with --route-name what the lines of this rule have there. Where nobody sends such headers, --weights judges all lines of the host and path.',
  });
}

/** How many lines were left out because another rule may have taken their requests. */
export function linesNotToldApart({ notToldApart }: Pick<WatchedLog, 'notToldApart'>): number {
  return [...notToldApart.values()].reduce((sum, own) => sum + own, 0);
}

/** Whether a log had lines, and none that is of the route in question for certain. */
export function isNothingOfRoute({ log, sent }: CallCounts): boolean {
  return log?.watched !== undefined && sent === 0;
}
