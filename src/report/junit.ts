import { aboutCall } from '../record/call-labels.js';
import type { RunRecord } from '../record/run-record.js';
import { labelled } from './labelled.js';
import { placeText } from './sentences/place.js';
import { thresholdText } from './sentences/threshold.js';
import { element, textElement } from './xml.js';

type Verdict = RunRecord['verdict'];

/** Something that was to hold. */
interface Case {
  /** The same in every run of a scenario: histories go by it. */
  name: string;
  verdict: Verdict;
  /** Why it is that, the first line first. */
  reasons: readonly string[];
}

/**
 * Renders a run as one suite of JUnit, in the form of Ant's task, which the other forms contain: a case for
 * the verdict as a whole and for each call, check, threshold and comparison. What has failed is a failure;
 * what is inconclusive is an error of the type `inconclusive`, as it neither holds nor was shown not to.
 * Findings stand in the output of the suite, for none of them decides.
 */
export function renderJunit(record: RunRecord): string {
  const cases = casesOf(record);
  const count = (verdict: Verdict): number =>
    cases.filter((each) => each.verdict === verdict).length;
  const suiteName = record.scenario ?? record.target;
  const durationSeconds = record.durationSeconds.toFixed(3);
  const suite = element(
    'testsuite',
    {
      name: suiteName,
      package: record.tool.name,
      id: 0,
      timestamp: record.startedAt.slice(0, 'yyyy-mm-ddThh:mm:ss'.length),
      // Where it ran is in no record.
      hostname: 'localhost',
      tests: cases.length,
      failures: count('fail'),
      errors: count('inconclusive'),
      skipped: 0,
      time: durationSeconds,
    },
    [
      element(
        'properties',
        {},
        Object.entries(propertiesOf(record)).map(([name, value]) =>
          element('property', { name, value }),
        ),
      ),
      ...cases.map((each, index) =>
        caseElement(each, suiteName, index === 0 ? durationSeconds : '0.000'),
      ),
      textElement('system-out', {}, findingsText(record)),
      textElement('system-err', {}, ''),
    ],
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element('testsuites', {}, [suite])}\n`;
}

function propertiesOf(record: RunRecord): Record<string, string> {
  const { tool, command, target, via, runId, verdict, end, labels } = record;
  return {
    tool: `${tool.name} ${tool.version}`,
    command,
    target,
    ...(via === null ? {} : { via }),
    runId,
    verdict,
    end,
    ...Object.fromEntries(Object.entries(labels).map(([name, value]) => [`label.${name}`, value])),
  };
}

function casesOf(record: RunRecord): Case[] {
  const { command, verdict, reasons, thresholds, comparisons } = record;
  return [
    {
      name: command,
      verdict,
      reasons: reasons.map(({ call, text }) => aboutCall(call, text)),
    },
    ...labelled(record).flatMap(({ call, label }): Case[] => {
      const name = label ?? call.call;
      const texts = call.reasons.map(({ text }) => text);
      return [
        { name: `call ${name}`, verdict: call.verdict, reasons: texts },
        ...call.checks.map((check, at): Case => {
          const same = call.checks.slice(0, at).filter(({ kind }) => kind === check.kind);
          const number = same.length === 0 ? '' : ` (${same.length + 1})`;
          return {
            name: `expectation ${check.kind}${number} of ${name}`,
            verdict: check.verdict,
            reasons: [check.text],
          };
        }),
      ];
    }),
    ...thresholds.map((threshold): Case => {
      const { expression, ok } = threshold;
      return {
        name: `threshold ${expression}`,
        verdict: ok === null ? 'inconclusive' : ok ? 'pass' : 'fail',
        reasons: [`${expression}: observed ${thresholdText(threshold)}`],
      };
    }),
    // One that a threshold asked for is told by it.
    ...comparisons
      .filter(({ expression }) => expression === null)
      .map(({ candidate, baseline, verdict: own }): Case => {
        const name = `comparison ${candidate} against ${baseline}`;
        return { name, verdict: own, reasons: [`${name}: ${own}`] };
      }),
  ];
}

function caseElement({ name, verdict, reasons }: Case, suiteName: string, time: string): string {
  const attributes = { name, classname: suiteName, time };
  if (verdict === 'pass') return element('testcase', attributes);
  const kind = verdict === 'fail' ? 'failure' : 'error';
  const [message = verdict] = reasons;
  return element('testcase', attributes, [
    textElement(kind, { message, type: verdict }, reasons.join('\n')),
  ]);
}

function findingsText({ findings }: RunRecord): string {
  return findings
    .map(({ severity, code, call, place, summary, evidence, advice }) =>
      [`${severity} ${code}`, placeText(place), aboutCall(call, summary), evidence, advice]
        .filter((part) => part !== '')
        .join('\n  '),
    )
    .join('\n');
}
