import { isOfGrpc } from '../call/kinds.js';
import { statusName } from '../call/status-name.js';
import type { Counted } from '../count/counted.js';
import { barsOfLogs, findInLog } from '../expect/access-log.js';
import type { Comparison } from '../expect/comparison/comparison.js';
import type {
  ComparedUnder,
  ComparisonsJudgement,
} from '../expect/comparison/judge-comparisons.js';
import { plainThresholds } from '../expect/comparison/ratio-threshold.js';
import type { CallJudgement, CountedCall, Reason } from '../expect/expectation.js';
import { sentence } from '../expect/found.js';
import { judgeCalls } from '../expect/kinds.js';
import { controlPlaneFindings, controlPlaneReason } from '../expect/load/control-plane.js';
import { judgeLoad } from '../expect/load/judge-load.js';
import { shortageReason } from '../expect/load/client-shortage.js';
import { notOpenedReason } from '../expect/load/connections-not-opened.js';
import { forwardFindings } from '../expect/forwarded/forward-findings.js';
import { harmReason } from '../expect/load/stopped-for-harm.js';
import { isGatewayLost } from '../expect/load/loss.js';
import { hopelessReason } from '../expect/load/stopped-hopeless.js';
import { tlsClashFindings } from '../expect/mtls/tls-clashes.js';
import type { ReplicaView } from '../expect/replicas/disagreeing-replicas.js';
import { withUndercut } from '../expect/retries/deadline-undercut.js';
import { retryFindings } from '../expect/retries/judge-retries.js';
import { remainingFailures } from '../expect/retries/remaining.js';
import { streamCut } from '../expect/stream-cut.js';
import type { ThresholdResult } from '../expect/thresholds/threshold.js';
import { asksForSpeed, judgeThresholds } from '../expect/thresholds/judge-thresholds.js';
import { uncountableAnswers } from '../expect/uncountable-answers.js';
import { unsentRequests } from '../expect/unsent.js';
import {
  barOfWatchedLog,
  findInWatchedLog,
  isNothingOfRoute,
  linesNotToldApart,
} from '../expect/watched-log.js';
import { type Verdict, worstOf } from '../expect/verdict.js';
import type { Finding } from '../finding.js';
import { count as countText, counted as countedText } from '../number-text.js';
import type { Asked, AskedCall } from './asked.js';
import { attemptsOf, severalAttempts } from './attempts.js';
import { aboutCall, callLabels } from './call-labels.js';
import { clusterChanged } from './cluster-changed.js';

/** Why a verdict is what it is, and which call it is about; null for the run as a whole. */
export interface RunReason extends Reason {
  call: string | null;
}

/** How a run came to its end. `unreachable`: nothing known ever answered. */
export type RunEnd = 'complete' | 'interrupted' | 'unreachable';

/** Everything that follows from what was asked and what was counted. Plain data. */
export interface Concluded {
  verdict: Verdict;
  end: RunEnd;
  reasons: RunReason[];
  /** In the order in which they were asked for. */
  calls: CallJudgement[];
  thresholds: ThresholdResult[];
  /** Of one version with another. */
  comparisons: Comparison[];
  findings: Finding[];
}

/**
 * Concludes a run, or several joined to one: the only place where a verdict comes to be. It looks at
 * nothing but its arguments.
 */
export async function conclude(asked: Asked, counted: Counted): Promise<Concluded> {
  const labels = callLabels(asked.calls.map(({ givenName, name }) => givenName ?? name));
  const answered = await judgeCalls(
    asked.calls.map((call, index) => ({ call, counted: countedCall(asked, counted, index) })),
    asked.rule,
  );
  const judged = await withPages(asked, counted, answered);
  const { command, load, rule } = asked;
  const limits = plainThresholds(rule.thresholds);
  const isCompared = rule.compared !== null || limits.length < rule.thresholds.length;
  const ofLoad = judgeLoad(counted, {
    requestsPerSecond: load.requestsPerSecond,
    isSpeedAsked: command === 'bench' || isCompared || asksForSpeed(limits),
    settings: asked.calls.flatMap(({ settings = [] }) => settings),
    replicas: podsByAddress(asked),
    failsOnSilence: command === 'bench' && load.loop === 'closed',
  });
  const thresholds = judgeThresholds(limits, counted, {
    alpha: rule.alpha,
    isClientBottleneck: ofLoad.isClientBottleneck,
    isRateMissed: ofLoad.isRateMissed,
    isPaced: load.atMostPerSecond !== null,
  });
  const compared = isCompared
    ? await comparisonsOf(rule, counted, {
        isClientBottleneck: ofLoad.isClientBottleneck,
        isPassive: asked.passive !== undefined,
      })
    : NOTHING_COMPARED;
  const bars = barsOf(asked, counted, judged);
  const repeated = severalAttempts(attemptsOf(asked, counted), asked);
  const changed = clusterChanged(asked.cluster);
  const end = endOf(asked, counted, answered);
  const verdict = (own: Verdict): Verdict => {
    // What was cut short from outside, or never answered, proves nothing, not even a failure.
    if (end !== 'complete') return 'inconclusive';
    return own === 'pass' && bars.length > 0 ? 'inconclusive' : own;
  };
  const calls = judged.map((call) => ({
    ...call,
    verdict: verdict(call.verdict),
    reasons: call.reasons.map(({ code, text }) => ({ code, text: sentence(text) })),
  }));
  const ofCalls = worstOf(judged.map((call) => call.verdict));
  const ofRun = verdict(worstOf([ofCalls, ofLoad.verdict, thresholds.verdict, compared.verdict]));
  const reasonsOfCalls = calls.map((call, index) => {
    return { verdict: call.verdict, reasons: about(call.reasons, labels[index] ?? null) };
  });
  const reasonsOfRun = [
    { verdict: 'inconclusive' as const, reasons: about(bars, null) },
    { verdict: ofLoad.verdict, reasons: about(ofLoad.reasons, null) },
    { verdict: thresholds.verdict, reasons: about(thresholds.reasons, null) },
    { verdict: compared.verdict, reasons: about(compared.reasons, null) },
  ];
  // That nothing could come of it says more than that nothing did.
  const isNothingRead = counted.calls.some(isNothingOfRoute);
  const callsLead = ofRun === ofCalls && hopelessReason(counted.stopped) === null && !isNothingRead;
  return {
    verdict: ofRun,
    end,
    reasons: counted.isInterrupted
      ? [...reasonsOfRun, ...reasonsOfCalls].flatMap(({ reasons }) => reasons)
      : decisiveFirst(ofRun, [
          ...(callsLead ? reasonsOfCalls : []),
          ...reasonsOfRun,
          ...(callsLead ? [] : reasonsOfCalls),
        ]),
    calls,
    thresholds: [...thresholds.results, ...compared.thresholds],
    comparisons: compared.comparisons,
    findings: distinct([
      ...ofLoad.unreachable,
      ...asked.calls.flatMap(({ findings }, index) =>
        ofCall(withUndercut(findings, countedCall(asked, counted, index)), labels[index] ?? null),
      ),
      ...counted.calls.flatMap((counts, index) => {
        return ofCall([...findInWatchedLog(counts), ...findInLog(counts)], labels[index] ?? null);
      }),
      ...calls.flatMap(({ findings }, index) =>
        ofCall(withoutBackends(findings, ofLoad.unreachable), labels[index] ?? null),
      ),
      ...asked.calls.flatMap((call, index) => {
        const isExplained =
          calls[index]?.findings.some(({ severity }) => severity === 'error') === true;
        const counts = countedCall(asked, counted, index);
        return ofCall(uncountable(call, counts, isExplained), labels[index] ?? null);
      }),
      ...asked.calls.flatMap((call, index) =>
        ofCall(cutOf(call, countedCall(asked, counted, index)), labels[index] ?? null),
      ),
      ...asked.calls.flatMap((call, index) => {
        const label = labels[index] ?? null;
        const counts = counted.calls[index];
        const ofForwards =
          counts === undefined ? [] : forwardFindings(counts, call.observationsPerCall);
        const ofTls =
          counts === undefined
            ? []
            : tlsClashFindings({ ...call, isConfigured: call.route !== null }, counts);
        return [
          ...ofCall(ofRetries(call, countedCall(asked, counted, index)), label),
          ...ofCall(ofForwards, label),
          ...ofCall(ofTls, label),
        ];
      }),
      ...(await ofReplicas(asked, counted, calls)),
      ...controlPlaneFindings(counted, labels),
      ...ofLoad.findings,
      ...(repeated === null ? [] : [repeated]),
      ...(changed === null ? [] : [changed]),
    ]),
  };
}

/** The pods of the gateway that calls were sent to, each by its address. */
function podsByAddress({ calls }: Asked): Map<string, string> {
  const known = calls.flatMap(({ replica }) => replica ?? []);
  return new Map(known.map(({ address, pod }) => [address, pod]));
}

/** What replicas of a gateway show beside each other, by the call that each of them was sent. */
async function ofReplicas(
  { calls: asked }: Asked,
  { calls: counts }: Counted,
  judged: readonly CallJudgement[],
): Promise<Finding[]> {
  const pods = [...new Set(asked.flatMap(({ replica }) => replica?.pod ?? []))];
  if (pods.length < 2) return [];
  const { disagreeingReplicas } = await import('../expect/replicas/disagreeing-replicas.js');
  // Each call stands there once for each replica.
  return asked.flatMap(({ name, destinations }, first) => {
    if (first % pods.length !== 0) return [];
    const views = pods.flatMap((pod, at): ReplicaView[] => {
      const judgement = judged[first + at];
      const observed = counts[first + at]?.observed.slice(0, destinations.length);
      return judgement === undefined || observed === undefined
        ? []
        : [{ pod, observed, judgement }];
    });
    const names = destinations.map((destination) => destination.name);
    const finding = disagreeingReplicas(names, views);
    if (finding === null) return [];
    const label = asked.length === pods.length ? null : name;
    return [{ ...finding, summary: aboutCall(label, finding.summary) }];
  });
}

/** The calls with what browsers would say of them. */
async function withPages(
  { calls }: Asked,
  { leaves = [] }: Counted,
  judged: readonly CallJudgement[],
): Promise<readonly CallJudgement[]> {
  if (calls.every(({ page }) => page === undefined)) return judged;
  const { withPage } = await import('../expect/page/judge-page.js');
  return judged.map((call, index) =>
    withPage(
      call,
      calls[index]?.page,
      leaves.filter((leave) => leave.call === index),
    ),
  );
}

function uncountable(call: AskedCall, counts: CountedCall, isExplained: boolean): Finding[] {
  const nameOf = (status: number): string => statusName(call.protocol, status);
  const finding = uncountableAnswers(call, counts, nameOf, isExplained);
  return finding === null ? [] : [finding];
}

/** Of a route that ends all calls after some time, the manifests have told so before anything was sent. */
function cutOf({ routeTimeoutMs, findings }: AskedCall, { counts }: CountedCall): Finding[] {
  const told = findings.find(({ code }) => code === 'stream-timeout');
  const timeout =
    routeTimeoutMs === undefined ? null : { ms: routeTimeoutMs, place: told?.place ?? null };
  const finding = streamCut(counts, timeout);
  return finding === null ? [] : [finding];
}

/** How often the gateway tried, held against the policy of the route. */
function ofRetries({ limits, protocol }: AskedCall, { counts }: CountedCall): Finding[] {
  const policy = limits?.retries ?? null;
  const { attempts } = counts;
  if (policy === null || attempts === undefined) return [];
  const nameOf = (status: number): string => statusName(protocol, status);
  const kind = isOfGrpc(protocol) ? 'grpc' : 'http';
  const remaining = remainingFailures(attempts, policy, kind, nameOf);
  return retryFindings({ policy, attempts, remaining });
}

/** What went away with the gateway is no loss of a backend. */
function withoutBackends(findings: readonly Finding[], losses: readonly Finding[]): Finding[] {
  return isGatewayLost(losses)
    ? findings.filter(({ code }) => code !== 'backend-lost')
    : [...findings];
}

/** The reasons, those first that the verdict comes from: the headline says what failed. */
function decisiveFirst(
  verdict: Verdict,
  groups: readonly { verdict: Verdict; reasons: readonly RunReason[] }[],
): RunReason[] {
  const deciding = groups.filter((group) => group.verdict === verdict);
  const others = groups.filter((group) => group.verdict !== verdict);
  return [...deciding, ...others].flatMap(({ reasons }) => reasons);
}

const NOTHING_COMPARED: ComparisonsJudgement = {
  verdict: 'pass',
  reasons: [],
  comparisons: [],
  thresholds: [],
};

async function comparisonsOf(
  rule: Asked['rule'],
  counted: Counted,
  circumstances: ComparedUnder,
): Promise<ComparisonsJudgement> {
  // Loaded where something is compared, with its distributions.
  const { judgeComparisons } = await import('../expect/comparison/judge-comparisons.js');
  return judgeComparisons(rule, counted, circumstances);
}

/** What was counted of one call, as expectations look at it. @param index Which call. */
export function countedCall({ calls: asked }: Asked, counted: Counted, index: number): CountedCall {
  const counts = counted.calls[index];
  const { protocol, replica } = asked[index] ?? {};
  if (counts === undefined || protocol === undefined) throw new RangeError('calls without counts');
  // Those to other replicas are not this call's.
  const own = counted.connections.filter(
    ({ remote }) => replica === undefined || replica.address === remote,
  );
  return {
    counts,
    failures: counts.failures.map(({ status, cause, count }) => ({
      status: statusName(protocol, status),
      cause,
      count,
    })),
    connections: own.flatMap(({ byCall }) => byCall[index] ?? []),
    remotes: own.map(({ remote }) => remote),
    span: counted.span,
  };
}

/** What a split says by itself, and of other calls is said here. */
const UNSENT = 'unsent-requests';

/** What keeps a run from passing whatever its counts say. */
function barsOf(asked: Asked, counted: Counted, judged: readonly CallJudgement[]): Reason[] {
  const { isInterrupted, deaths, calls, stopped, transport } = counted;
  const bars: Reason[] = [];
  const early = harmReason(stopped) ?? hopelessReason(stopped);
  for (const bar of [
    early,
    notOpenedReason(stopped),
    shortageReason(transport.shortages ?? new Map()),
    controlPlaneReason(counted),
  ]) {
    if (bar !== null) bars.push(bar);
  }
  if (isInterrupted) bars.push({ code: 'interrupted', text: 'it was interrupted' });
  if (deaths.length > 0) bars.push({ code: 'part-lost', text: 'a part of the sample is lost' });
  bars.push(...barsOfLogs(calls));
  for (const [index, call] of asked.calls.entries()) {
    const counts = calls[index];
    const bar = counts === undefined ? null : barOfWatchedLog(counts, call);
    if (bar !== null) bars.push(bar);
  }
  const sums = calls.map(({ unsent }) => unsentRequests(unsent).byUs);
  const unsent = sums.reduce((sum, own) => sum + own, 0);
  const isSaid = judged.some(({ reasons }) => reasons.some(({ code }) => code === UNSENT));
  // What was left over once the change was settled is lacking nowhere.
  const isSettled = stopped?.code === 'settled';
  if (unsent > 0 && !isInterrupted && !isSaid && early === null && !isSettled) {
    const due = calls.reduce((sum, call) => sum + call.due, 0);
    bars.push({
      code: UNSENT,
      text: `${countText(unsent)} of the ${countedText(due, 'request')} that were due ${unsent === 1 ? 'was' : 'were'} not sent`,
    });
  }
  return bars;
}

function endOf(
  { calls: asked }: Asked,
  { isInterrupted, deaths, calls, stopped, transport }: Counted,
  judged: readonly CallJudgement[],
): RunEnd {
  if (isInterrupted) return 'interrupted';
  // A client that broke, or opened no connections, says nothing about the target.
  const isOwnDoing = stopped?.code === 'not-opened' || transport.shortages !== undefined;
  if (deaths.length > 0 || isOwnDoing) return 'complete';
  const isAnswered = calls.some(({ ends, observed, log }, index) => {
    // Answers that might be anybody's say nothing of a split; where a log tells whose they are, the
    // target is not to blame for what the log lacks.
    const mayBeAnybody = asked[index]?.expectation === null || log !== null;
    // Whose requests they are cannot be told, and somebody answered them.
    const isUntold = log?.watched !== undefined && linesNotToldApart(log.watched) > 0;
    return isUntold || (mayBeAnybody && ends.ok > 0) || observed.some((count) => count > 0);
  });
  // A check may expect answers that are not OK, and that name no pod.
  const isChecked = judged.some(({ check }) => check !== null && check.verdict !== 'inconclusive');
  return isAnswered || isChecked ? 'complete' : 'unreachable';
}

function about(reasons: readonly Reason[], call: string | null): RunReason[] {
  return reasons.map(({ code, text }) => ({ code, text: sentence(text), call }));
}

function ofCall(findings: readonly Finding[], call: string | null): Finding[] {
  return findings.map((finding) => ({ ...finding, summary: sentence(finding.summary), call }));
}

/** Calls of a run share their manifests, and what is wrong with those is said once. */
function distinct(findings: readonly Finding[]): Finding[] {
  const seen = new Set<string>();
  return findings.filter((finding) => {
    const key = JSON.stringify(finding.about === 'manifest' ? { ...finding, call: null } : finding);
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
}
