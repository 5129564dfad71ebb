import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'node:test';
import type { Place } from '../../src/finding.js';
import type { RunRecord } from '../../src/record/run-record.js';
import { renderSarif } from '../../src/report/sarif.js';
import type { Style } from '../../src/report/style.js';
import { GOLDEN_RUNS, goldenRecord } from './golden-runs.js';
import { sarifErrors } from './sarif-schema.js';

const STYLE: Style = { width: 80, colour: false };

interface Result {
  ruleId: string;
  ruleIndex: number;
  level: string;
  message: { text: string };
  locations: {
    physicalLocation?: {
      artifactLocation: { uri: string; uriBaseId?: string };
      region?: { startLine: number; startColumn?: number };
    };
    logicalLocations?: { fullyQualifiedName: string }[];
  }[];
  partialFingerprints: Record<string, string>;
}

interface Run {
  tool: { driver: { rules: { id: string; helpUri?: string; help: { text: string } }[] } };
  results: Result[];
}

function runOf(text: string): Run {
  assert.deepEqual(sarifErrors(text), []);
  return (JSON.parse(text) as { runs: [Run] }).runs[0];
}

/** The run with a finding of its own alone. */
async function withFinding(place: Place | null, style = STYLE): Promise<Result> {
  const record = await goldenRecord('verify-finding-of-the-route');
  const [finding] = record.findings;
  record.findings = [{ ...finding!, place }];
  return runOf(renderSarif(record, style)).results[0]!;
}

const place = (some: Partial<Place>): Place => {
  return { file: 'vs.yaml', line: 12, column: 7, document: 1, path: 'spec.http[0]', ...some };
};

describe('SARIF reports', () => {
  for (const name of GOLDEN_RUNS) {
    it(`are valid, and have all findings: ${name}`, async () => {
      const record: RunRecord = await goldenRecord(name);
      const { results, tool } = runOf(renderSarif(record, STYLE));
      // Calls that pass are no results of a run that fails for another.
      const { reasons, calls, verdict } = record;
      const passed = reasons.filter(
        ({ call }) => (calls.find((one) => one.call === call)?.verdict ?? verdict) === 'pass',
      );
      assert.equal(results.length, reasons.length - passed.length + record.findings.length);
      for (const { ruleId, ruleIndex } of results) {
        assert.equal(tool.driver.rules[ruleIndex]!.id, ruleId);
      }
    });
  }

  it('have line and column, and the page of the finding', async () => {
    const result = await withFinding(place({}));
    assert.deepEqual(result.locations, [
      {
        physicalLocation: {
          artifactLocation: { uri: 'vs.yaml', uriBaseId: '%SRCROOT%' },
          region: { startLine: 12, startColumn: 7 },
        },
        logicalLocations: [{ fullyQualifiedName: 'spec.http[0]' }],
      },
    ]);
    const record = await goldenRecord('verify-finding-of-the-route');
    const { rules } = runOf(renderSarif(record, STYLE)).tool.driver;
    assert.match(rules[0]!.helpUri!, /\/docs\/findings\.md#weights-not-100$/);
  });

  for (const [what, file, expected] of [
    [
      'spaces and colons',
      './a b/c:d#e.yaml',
      { uri: 'a%20b/c%3Ad%23e.yaml', uriBaseId: '%SRCROOT%' },
    ],
    ['a file elsewhere', '/etc/vs.yaml', { uri: 'file:///etc/vs.yaml' }],
    ['an address', 'https://a.example/v s.yaml', { uri: 'https://a.example/v%20s.yaml' }],
  ] as const) {
    it(`name files as URIs: ${what}`, async () => {
      const [location] = (await withFinding(place({ file }))).locations;
      assert.deepEqual(location!.physicalLocation!.artifactLocation, expected);
    });
  }

  it('name files by the folder that others know', async () => {
    const nameFile = (file: string): string => path.posix.join('deploy', file);
    const [location] = (await withFinding(place({}), { ...STYLE, nameFile })).locations;
    assert.equal(location!.physicalLocation!.artifactLocation.uri, 'deploy/vs.yaml');
  });

  it('have no file for what came on standard input', async () => {
    const { locations } = await withFinding(place({ file: 'standard input' }));
    assert.deepEqual(locations, [{ logicalLocations: [{ fullyQualifiedName: 'spec.http[0]' }] }]);
  });

  it('know a finding again when lines move, and tell two of a kind apart', async () => {
    const first = await withFinding(place({}));
    const moved = await withFinding(place({ line: 40, column: 1 }));
    assert.deepEqual(moved.partialFingerprints, first.partialFingerprints);
    const record = await goldenRecord('verify-finding-of-the-route');
    const [finding] = record.findings;
    record.findings = [finding!, { ...finding!, place: place({ path: 'spec.http[1]' }) }, finding!];
    const { results } = runOf(renderSarif(record, STYLE));
    const all = results.map(({ partialFingerprints }) => JSON.stringify(partialFingerprints));
    assert.equal(new Set(all).size, 3);
  });

  it('show where the route is that a failed split was expected of', async () => {
    const record = await goldenRecord('verify-fail');
    record.calls[0]!.route = {
      ...{ source: 'VirtualService a', file: 'vs.yaml', line: 3, rule: 'http[0]', match: 'any' },
      gatewayPort: null,
    };
    const [result] = runOf(renderSarif(record, STYLE)).results;
    assert.equal(result!.level, 'error');
    assert.equal(result!.message.text, record.reasons[0]!.text);
    assert.equal(result!.locations[0]!.physicalLocation!.region!.startLine, 3);
  });
});
