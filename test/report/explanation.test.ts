import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { renderExplained } from '../../src/report/console/explained.js';
import { renderExplanation } from '../../src/report/console/explanation.js';
import type { Explained } from '../../src/report/explained.js';
import type { ExplanationReport, RouteExplanation } from '../../src/report/explanation.js';

/** An explanation with a text from elsewhere in every place one can stand in. */
function reportOf(text: string): ExplanationReport {
  const place = { file: text, line: 3, column: 5, document: 2, path: text };
  const finding = {
    about: 'manifest',
    call: null,
    place,
    summary: text,
    evidence: text,
    advice: text,
  } as const;
  const route: RouteExplanation = {
    request: {
      method: text,
      path: text,
      scheme: 'http',
      authority: text,
      serverName: text,
      headers: { [text]: text },
      namespace: text,
    },
    via: text,
    gatewayPort: 80,
    splits: 'connections',
    route: { source: text, file: text, line: 3, rule: text, match: text, gatewayPort: 80 },
    action: { kind: 'redirect', description: text },
    destinations: [
      { name: text, host: text, subset: text, port: 80, weight: 1, share: 1, replicas: 2 },
    ],
    headers: [{ of: 'response', does: 'set', name: text, value: text, destination: text }],
    rules: [
      {
        source: text,
        file: text,
        line: 3,
        rule: text,
        match: text,
        place,
        outcome: 'taken',
        reasons: [text],
      },
    ],
    effects: {
      timeoutMs: 0,
      retries: { attempts: 0, perTryTimeoutMs: null, retryOn: text, byDefault: true },
      abort: { share: 0.5, description: text, httpStatus: null },
      delay: { share: 0.5, description: text },
      failing: { share: 0.5, description: text },
      mirrors: [{ host: text, share: 1 }],
      changes: [text],
    },
    grpcClients: null,
    notes: [text],
  };
  return {
    schema: 'splitproof/explanation/v1',
    tool: { name: 'splitproof', version: '0' },
    ...route,
    behind: { service: text, ...route },
    programmed: {
      source: text,
      table: text,
      virtualHost: text,
      routes: [text],
      destinations: [{ name: text, configuredShare: 1, programmedShare: 0 }],
      answeredByProxy: 1,
      difference: text,
      incomparable: text,
    },
    findings: [
      { ...finding, code: 'x', severity: 'error', scope: 'request' },
      { ...finding, code: 'y', severity: 'warning', scope: 'configuration' },
    ],
  };
}

/** The same of several calls, one of which has a finding of its own. */
function reportsOf(text: string): readonly Explained[] {
  const { findings, ...one } = reportOf(text);
  const call = { ...one, name: text };
  const named = findings.map((finding) => ({ ...finding, call: text }));
  return [
    reportOf(text),
    { ...one, schema: 'splitproof/explanations/v1', calls: [call, call], findings: named },
  ];
}

const LONG = 'words that go on and on, '.repeat(12).trim();

describe('the console explanation', () => {
  it('fits the width it is given', () => {
    for (const width of [60, 80, 120]) {
      const texts = reportsOf(LONG).map((report) =>
        renderExplained(report, { width, colour: false }),
      );
      for (const line of texts.flatMap((text) => text.split('\n'))) {
        assert.ok(line.length <= width, `${width}: ${line}`);
      }
    }
  });

  it('lets no text from elsewhere control the terminal', () => {
    const evil = '\u001b[2J\u0007\u202eevil\u009b31m\r\n';
    // eslint-disable-next-line no-control-regex -- looking for them is the point
    const control = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/;
    for (const report of reportsOf(evil)) {
      const text = renderExplained(report, { width: 80, colour: false });
      assert.ok(!control.test(text));
      assert.match(text, /\\u001b\[2J/);
    }
  });

  it('shows the rule that is taken, however many come before it', () => {
    const report = reportOf('r');
    const [rule] = report.rules;
    const before = { ...rule!, outcome: 'not-matched' as const };
    report.rules = [...new Array<typeof before>(500).fill(before), rule!];
    const text = renderExplanation(report, { width: 80, colour: false });
    assert.match(text, /taken +r: r/);
    assert.match(text, /and 460 more/);
  });

  it('counts what it found', () => {
    const style = { width: 80, colour: false };
    assert.match(renderExplanation(reportOf('x'), style), /\n1 error, 1 warning\n$/);
    const clean = { ...reportOf('x'), findings: [] };
    assert.match(renderExplanation(clean, style), /\nnothing to complain about\n$/);
  });
});
