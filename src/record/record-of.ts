import type { Counted } from '../count/counted.js';
import { stretchesOf } from '../expect/load/stalled.js';
import type { Asked } from './asked.js';
import { attemptsOf } from './attempts.js';
import { type Concluded, countedCall } from './conclude.js';
import type { RunRecord } from './run-record.js';
import { RUN_SCHEMA } from './run-schema.js';
import { savedCounts } from './saved-counts.js';
import { callView } from './views/call-view.js';
import { loadView } from './views/load-view.js';
import { passiveView } from './views/passive-view.js';
import { proxyView } from './views/proxy-view.js';
import { transportView } from './views/transport-view.js';
import { windowsView } from './views/windows-view.js';

/**
 * Writes down a run: what was asked and what was counted as they are, and every figure of the contract
 * as a view of them and of what is concluded.
 */
export function recordOf(asked: Asked, counted: Counted, concluded: Concluded): RunRecord {
  const { span, stopped, rollout } = counted;
  return {
    schema: RUN_SCHEMA,
    tool: asked.tool,
    command: asked.command,
    labels: asked.labels,
    scenario: asked.scenario,
    ...passiveView(asked, counted),
    target: asked.target,
    via: asked.via,
    cluster: asked.cluster,
    startedAt: span === null ? asked.askedAt : new Date(span.startMs).toISOString(),
    runId: asked.runId,
    attempts: attemptsOf(asked, counted),
    durationSeconds: span === null ? 0 : (span.endMs - span.startMs) / 1000,
    end: concluded.end,
    stopped,
    verdict: concluded.verdict,
    reasons: concluded.reasons,
    calls: asked.calls.flatMap((call, index) => {
      const judgement = concluded.calls[index];
      if (judgement === undefined) return [];
      return [callView(asked, call, countedCall(asked, counted, index), judgement)];
    }),
    rollout:
      rollout === null
        ? null
        : { waitedSeconds: rollout.waitedMs / 1000, followed: rollout.followed },
    proxyCounters: proxyView(counted),
    load: loadView(asked, counted),
    transport: transportView(counted),
    ...windowsView(counted),
    silences: stretchesOf(counted),
    thresholds: concluded.thresholds,
    comparisons: concluded.comparisons,
    findings: concluded.findings,
    asked,
    counted: savedCounts(counted),
  };
}
