import type { Counted } from '../../count/counted.js';
import type { Finding, Setting } from '../../finding.js';
import type { Reason } from '../expectation.js';
import { unsentByCause } from '../unsent.js';
import type { Verdict } from '../verdict.js';
import { brokenRequests } from './broken-requests.js';
import { cachedAnswers } from './cached-answers.js';
import { certificatesDiffer } from './certificates-differ.js';
import { clientBottleneck } from './client-bottleneck.js';
import { clientShortage } from './client-shortage.js';
import { connectionsNotOpened } from './connections-not-opened.js';
import { deadlineExceeded } from './deadline-exceeded.js';
import { type AccountEvidence, loadCutShort } from './load-cut-short.js';
import { isGatewayLost, lossFindings } from './loss.js';
import type { Replicas } from './replicas.js';
import { RATE_NOT_REACHED, rateNotReached } from './rate-not-reached.js';
import { stalled, stretchesOf } from './stalled.js';
import { stoppedForHarm } from './stopped-for-harm.js';
import { streamLimit } from './stream-limit.js';
import { unreachableFinding } from './unreachable.js';
import { workerDied } from './worker-died.js';

/** What was asked of the load itself. */
export interface LoadQuestion {
  /** The arrival rate of an open loop; null in a closed one. */
  requestsPerSecond: number | null;
  /** Whether latency or throughput is what the run is about; a fixed rate always is. */
  isSpeedAsked: boolean;
  /** What of the configuration settles how the target is spoken to. */
  settings: readonly Setting[];
  /** Pods of the gateway by their addresses, where each is loaded by itself; else none. */
  replicas: Replicas;
  /** Whether a target that stops answering for a while fails the run. */
  failsOnSilence: boolean;
}

/** How the load itself went, whatever answered. */
export interface LoadJudgement {
  verdict: Verdict;
  reasons: Reason[];
  /** What could not be reached, or went away. */
  unreachable: Finding[];
  findings: Finding[];
  isClientBottleneck: boolean;
  /** An open loop that fell short of its rate: no claim of speed is kept under it. */
  isRateMissed: boolean;
}

/** Judges how the load went. */
export function judgeLoad(counted: Counted, asked: LoadQuestion): LoadJudgement {
  const { span, members, transport, connections, deaths, calls, stopped } = counted;
  const isSpeedAsked = asked.isSpeedAsked || asked.requestsPerSecond !== null;
  const sent = calls.reduce((sum, call) => sum + call.sent, 0);
  const due = calls.reduce((sum, call) => sum + call.due, 0);
  const concurrency = members.reduce((sum, member) => sum + member.concurrency, 0);
  const sendingMs = span?.sendingMs ?? 0;
  const bottleneck = clientBottleneck({
    durationMs: span === null ? 0 : span.endMs - span.startMs,
    threads: members,
    isSpeedAsked,
  });
  const shortage = clientShortage(transport.shortages ?? new Map(), connections.length);
  // Requests that wait for what this side lacks are no silence of the target.
  const silence = shortage === null ? stalled(stretchesOf(counted), asked.failsOnSilence) : null;
  const fails = silence !== null && asked.failsOnSilence;
  const missed = rateNotReached(
    asked.requestsPerSecond,
    sendingMs > 0 ? (sent / sendingMs) * 1000 : null,
    concurrency,
    sendingMs,
  );
  const lost = unreachable(counted, asked, shortage !== null);
  const isOpen = missed !== null && asked.isSpeedAsked;
  return {
    verdict: fails ? 'fail' : isOpen ? 'inconclusive' : 'pass',
    reasons: [
      ...(fails ? [{ code: 'stalled', text: 'the target stopped answering for a while' }] : []),
      ...(isOpen ? [RATE_NOT_REACHED] : []),
    ],
    unreachable: lost,
    findings: [
      stoppedForHarm(stopped, due),
      connectionsNotOpened(
        stopped,
        connections.length,
        members.reduce((sum, member) => sum + member.connections, 0),
      ),
      shortage,
      bottleneck,
      silence,
      streamLimit({
        waited: transport.streamWaits.count,
        waitedMs: transport.streamWaits.totalMs,
        sent,
        connections: connections.length,
        concurrency,
        maxConcurrentStreams: transport.maxConcurrentStreams,
      }),
      missed,
      loadCutShort(accountOf(counted)),
      ...unanswered(counted).filter(({ code }) => !isGatewayLost(lost) || !OF_LOSS.includes(code)),
      workerDied(deaths, members.length + deaths.length),
      certificatesDiffer(transport),
      cachedAnswers(calls.map(({ cache }) => cache)),
    ].filter((finding) => finding !== null),
    isClientBottleneck: bottleneck !== null || shortage !== null,
    isRateMissed: missed !== null,
  };
}

/** What it costs that a gateway goes away: that it did is told. */
const OF_LOSS: readonly string[] = ['connections-lost', 'deadline-exceeded'];

/** Requests that had no answer, or none that is understood, by what became of them. */
function unanswered(counted: Counted): Finding[] {
  const { calls, transport } = counted;
  const late = deadlineExceeded(calls);
  const ok = calls.reduce((all, { ends }) => all + ends.ok, 0);
  const broken = brokenRequests({ ...transport, ok, words: wordsOf(counted) });
  return late === null ? broken : [late, ...broken];
}

/** Addresses that did not answer, and what was lost meanwhile: what this side lacked is no loss of the target. */
function unreachable(
  counted: Counted,
  { settings, replicas }: Pick<LoadQuestion, 'settings' | 'replicas'>,
  isOwnDoing: boolean,
): Finding[] {
  const { span } = counted;
  if (span === null)
    return counted.unreachable.map((address) => unreachableFinding(address, settings, replicas));
  return isOwnDoing ? [] : lossFindings(counted, span, replicas);
}

function accountOf({ calls, transport }: Counted): AccountEvidence {
  const failures = calls.flatMap((call) => call.failures.filter(({ status }) => status === null));
  return {
    due: calls.reduce((sum, { due }) => sum + due, 0),
    sent: calls.reduce((sum, { sent }) => sum + sent, 0),
    unsent: unsentByCause(calls),
    words: [...new Set(failures.map(({ cause }) => cause))].filter((words) => words !== ''),
    maxConcurrentStreams: transport.maxConcurrentStreams,
  };
}

/** What failures of requests that were sent say, the most frequent first. */
function wordsOf({ calls }: Counted): string[] {
  const failures = calls
    .flatMap((call) => call.failures.filter(({ status }) => status !== null))
    .sort((a, b) => b.count - a.count);
  return [...new Set(failures.map(({ cause }) => cause))].filter((words) => words !== '');
}
