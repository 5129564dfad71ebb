import { callLabels } from '../record/call-labels.js';
import {
  type ExplanationFinding,
  EXPLANATIONS_SCHEMA,
  type ExplanationsReport,
} from '../report/explanation.js';
import { awaitInCall } from '../scenario/call-list.js';
import type { NamedQuestion } from '../scenario/route-question.js';
import { TOOL } from '../tool.js';
import { explanationOf, gravestFirst, readConfiguration } from './explain.js';
import { withoutSecrets } from './without-secrets.js';

/**
 * Explains the route of each call of a scenario.
 *
 * @param calls At least one; all of the same manifests, proxies and secrets.
 * @param signal Gives up reading when it aborts.
 * @throws InputError as `explain`, with the call.
 */
export function explainCalls(
  calls: readonly [NamedQuestion, ...NamedQuestion[]],
  signal?: AbortSignal,
): Promise<ExplanationsReport> {
  return withoutSecrets(calls[0].question.secrets, () => explanations(calls, signal));
}

async function explanations(
  calls: readonly [NamedQuestion, ...NamedQuestion[]],
  signal: AbortSignal | undefined,
): Promise<ExplanationsReport> {
  const configuration = await readConfiguration(calls[0].question, signal);
  const labels = callLabels(calls.map(({ name }) => name));
  const explained: ExplanationsReport['calls'] = [];
  const findings: ExplanationFinding[] = [];
  for (const [index, { name: own, question }] of calls.entries()) {
    const name = labels[index] ?? own;
    const { findings: found, ...explanation } = await awaitInCall(calls, index, () =>
      explanationOf(question, configuration, signal),
    );
    explained.push({ name, ...explanation });
    findings.push(
      ...found.map((finding) =>
        finding.scope === 'request' ? { ...finding, call: name } : finding,
      ),
    );
  }
  return {
    schema: EXPLANATIONS_SCHEMA,
    tool: TOOL,
    calls: explained,
    findings: gravestFirst(onceEach(findings)),
  };
}

/** What is wrong for one call has its name, what is so for several, or in no request, has none. */
function onceEach(all: readonly ExplanationFinding[]): ExplanationFinding[] {
  const byKey = new Map<string, ExplanationFinding>();
  for (const finding of all) {
    const { code, place, summary, scope, call } = finding;
    const key = JSON.stringify([code, place, summary]);
    const before = byKey.get(key);
    if (before === undefined || before.scope === 'configuration') byKey.set(key, finding);
    else if (scope === 'request' && before.call !== call) byKey.set(key, { ...before, call: null });
  }
  return [...byKey.values()];
}
