import type { CallCounts, LogCounts } from '../count/counted.js';
import type { Finding } from '../finding.js';
import { count, counted } from '../number-text.js';
import type { Reason } from './expectation.js';
import { found } from './found.js';
import { FLAGS_OF_REFUSALS } from './refusals.js';
import { flagMeanings, flagsText, havingFlags } from './response-flags.js';

const SHOWN_HOSTS = 3;

/** What there is to say of the access log that told who answered the requests of one call. */
export function findInLog({ log, sent, pods }: CallCounts): Finding[] {
  if (log === null) return [];
  const hosts = [...pods].flatMap(([name, { destination }]) => (destination < 0 ? [name] : []));
  const findings = [
    excess(log, sent),
    incomplete(log, sent),
    unreadable(log),
    unknownHosts(log, hosts),
    withoutUpstream(log),
    otherFlags(log),
  ];
  return findings.filter((finding) => finding !== null);
}

/** What keeps a run from passing that went by such a log. @param calls Of the run. */
export function barsOfLogs(calls: readonly CallCounts[]): Reason[] {
  const excesses = calls.reduce((sum, { log }) => sum + (log?.excess ?? 0), 0);
  if (excesses === 0) return [];
  const text = `the access log has ${counted(excesses, 'more line')} of this run than it sent requests, so that none of them proves anything`;
  return [{ code: 'access-log-exceeds', text }];
}

function excess({ excess: more, lines }: LogCounts, sent: number): Finding | null {
  if (more === 0) return null;
  return found('proxy', {
    code: 'access-log-exceeds',
    severity: 'error',
    summary: 'the access log has more lines of this run than it sent requests',
    evidence:
      lines > sent
        ? `${counted(lines, 'line')} for ${counted(sent, 'request')}; whose the others are cannot be told, and none was counted`
        : `${count(more)} of ${counted(lines, 'line')} are of requests that have one already, or that were not sent; none was counted`,
    advice:
      'Follow the log of the gateway alone, and not those of proxies before or behind it; look whether it is written twice (two providers in one Telemetry object), and whether another run has the same --run-id.',
  });
}

function incomplete(log: LogCounts, sent: number): Finding | null {
  const { lines, hasEnded } = log;
  if (lines >= sent) return null;
  const ended = hasEnded ? '; the log ended before the run did' : '';
  return found('proxy', {
    code: 'access-log-incomplete',
    severity: 'warning',
    summary: 'the access log has fewer lines of this run than it sent requests',
    evidence: `${count(lines)} of ${counted(sent, 'line')} came${ended}. What became of the other requests is not known: they count as missing.`,
    advice: adviceOnMissing(log),
  });
}

function adviceOnMissing({ wasSilent, lines, unreadable: garbled }: LogCounts): string {
  if (wasSilent) {
    return 'Nothing at all was written to it: look whether the gateway logs (Istio does only where a Telemetry object or the mesh’s accessLogFile says so), and whether what follows the log still runs.';
  }
  if (lines + garbled === 0) {
    return 'Other lines were read: look whether this is the log of the gateway that the target is, and whether its lines hold the user agent.';
  }
  return 'Look whether all replicas of the gateway are followed (kubectl logs follows 5 pods with -l unless --max-log-requests says more), whether kubectl stopped following when the log was rotated, and whether the log is filtered or sampled.';
}

function unreadable({ unreadable: garbled, example, watched }: LogCounts): Finding | null {
  if (garbled === 0) return null;
  return found('proxy', {
    code: 'access-log-unreadable',
    severity: 'warning',
    summary:
      watched === undefined
        ? 'some lines of this run could not be understood'
        : 'some lines of the access log could not be understood',
    evidence: `${counted(garbled, 'line')}, such as: ${example ?? ''}`,
    advice: 'Say with --access-log-format how the gateway is told to write them.',
  });
}

function unknownHosts({ unknown, lines }: LogCounts, hosts: readonly string[]): Finding | null {
  if (unknown === 0) return null;
  return found('proxy', {
    code: 'unknown-backend',
    severity: 'warning',
    summary: 'some requests went to hosts that are known to belong to no destination of the route',
    evidence: `${count(unknown)} of ${counted(lines, 'line')}, for hosts such as ${hosts.slice(0, SHOWN_HOSTS).join(', ')}`,
    advice:
      'Say whose addresses they are: give the output of kubectl get pods,endpointslices -A -o yaml with -f, too. Such requests count as missing.',
  });
}

function withoutUpstream({ withoutUpstream: flags, lines }: LogCounts): Finding | null {
  const total = [...flags.values()].reduce((sum, some) => sum + some, 0);
  if (total === 0) return null;
  return found('proxy', {
    code: 'gateway-answered',
    severity: 'warning',
    summary: 'the gateway answered some requests itself: no destination was asked',
    evidence: `${count(total)} of ${counted(lines, 'line')} name no host; by their response flags: ${flagsText(flags)}`,
    advice: ['Such requests count as missing.', flagMeanings(flags)].filter(Boolean).join(' '),
  });
}

/** Flags that tell of no refusal, on lines that name a host. */
function otherFlags({
  flags,
  withoutUpstream: hostless,
  lines,
  excess: more,
}: LogCounts): Finding | null {
  const told = havingFlags(flags, FLAGS_OF_REFUSALS);
  const others = new Map(
    [...flags].flatMap(([text, some]) => {
      const left = some - (hostless.get(text) ?? 0);
      return told.has(text) || left <= 0 ? [] : [[text, left] as const];
    }),
  );
  if (others.size === 0 || more > 0) return null;
  return found('proxy', {
    code: 'response-flags',
    severity: 'info',
    summary: 'the access log has flags of what was out of the ordinary',
    evidence: `${flagsText(others)} of ${counted(lines, 'line')}`,
    advice: flagMeanings(others),
  });
}
