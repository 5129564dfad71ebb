import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { XMLParser } from 'fast-xml-parser';
import type { RunRecord } from '../../src/record/run-record.js';
import { renderJunit } from '../../src/report/junit.js';
import { ROOT } from '../fixtures/command.js';
import { GOLDEN_RUNS, goldenRecord } from './golden-runs.js';
import { HOSTILE_TEXTS, hostileRecord } from './hostile.js';

const folder = mkdtempSync(path.join(tmpdir(), 'splitproof-junit-'));
after(() => {
  rmSync(folder, { recursive: true });
});

interface Case {
  '@_name': string;
  failure?: { '@_message': string; '@_type': string };
  error?: { '@_message': string; '@_type': string };
}

interface Suite {
  '@_tests': string;
  '@_failures': string;
  '@_errors': string;
  testcase: Case[];
  'system-out': string;
}

function suiteOf(record: RunRecord): Suite {
  const parser = new XMLParser({ ignoreAttributes: false, isArray: (name) => name === 'testcase' });
  const parsed = parser.parse(renderJunit(record)) as { testsuites: { testsuite: Suite } };
  return parsed.testsuites.testsuite;
}

/** What Python's own parser reads, and what the schema of Ant's reports says of every file. */
const PROGRAM = `
import json, sys, xml.etree.ElementTree as tree
import xmlschema
schema = xmlschema.XMLSchema(sys.argv[1])
def told(file):
    suite = tree.parse(file).getroot().find('testsuite')
    return {
        'errors': [str(error.reason) for error in schema.iter_errors(file)],
        'name': suite.get('name'),
        'cases': len(suite.findall('testcase')),
    }
print(json.dumps([told(file) for file in sys.argv[2:]]))
`;

describe('JUnit reports', () => {
  it('are what the schema of Ant says, and Python reads in them what a run holds', async () => {
    const records = await Promise.all(GOLDEN_RUNS.map(goldenRecord));
    const [first] = records;
    const hostile = Object.values(HOSTILE_TEXTS).map((text) =>
      hostileRecord(first!, 'verify', text),
    );
    const all = [...records, ...hostile];
    const files = all.map((record, at) => {
      const file = path.join(folder, `${at}.xml`);
      writeFileSync(file, renderJunit(record));
      return file;
    });
    const schema = path.join(ROOT, 'test/data/junit/JUnit.xsd');
    const { stdout, stderr, status } = spawnSync('python3', ['-c', PROGRAM, schema, ...files], {
      encoding: 'utf8',
      env: { ...process.env, PYTHONPATH: path.join(ROOT, '.parts', 'xmlschema') },
    });
    assert.equal(status, 0, stderr);
    const told = JSON.parse(stdout) as { errors: string[]; name: string; cases: number }[];
    for (const [at, { errors, cases }] of told.entries()) {
      assert.deepEqual(errors, [], readFileSync(files[at]!, 'utf8'));
      assert.equal(cases, suiteOf(all[at]!).testcase.length);
    }
  });

  it('have a case for the verdict, each call, check and threshold', async () => {
    const record = await goldenRecord('verify-several-calls');
    record.calls[0]!.checks = [
      { kind: 'CORS', verdict: 'pass', text: 'one' },
      { kind: 'CORS', verdict: 'fail', text: 'two' },
    ];
    record.thresholds = [{ expression: 'p99<1ms', observed: 2, unit: 'ms', ok: false }];
    const suite = suiteOf(record);
    const [first, second] = record.calls.map(({ call }) => call);
    assert.deepEqual(
      suite.testcase.map(({ '@_name': name }) => name),
      [
        'verify',
        `call ${first!}`,
        `expectation CORS of ${first!}`,
        `expectation CORS (2) of ${first!}`,
        `call ${second!}`,
        'threshold p99<1ms',
      ],
    );
    const failed = suite.testcase.filter(({ failure }) => failure !== undefined);
    assert.equal(Number(suite['@_failures']), failed.length);
    assert.equal(Number(suite['@_tests']), suite.testcase.length);
    assert.match(failed.at(-1)!.failure!['@_message'], /p99<1ms: observed 2\.00 ms/);
  });

  it('say of what is inconclusive that it is an error of that type, and why', async () => {
    const record = await goldenRecord('verify-too-few');
    const [verdict] = suiteOf(record).testcase;
    assert.equal(verdict!.error!['@_type'], 'inconclusive');
    assert.equal(verdict!.error!['@_message'], record.reasons[0]!.text);
  });

  it('have findings as output, with their places', async () => {
    const suite = suiteOf(await goldenRecord('verify-finding-of-the-route'));
    assert.match(suite['system-out'], /warning weights-not-100\s+vs\.yaml:12/);
  });
});
