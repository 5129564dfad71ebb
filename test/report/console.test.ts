import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { renderConsole } from '../../src/report/console/console.js';
import { FORMATS, type FormatName } from '../../src/report/formats.js';
import { readRecord } from '../../src/record/read-record.js';
import type { RunRecord } from '../../src/record/run-record.js';
import { ROOT } from '../fixtures/command.js';

const WIDE = { width: 80, colour: false };

function sample(): RunRecord {
  const text = readFileSync(path.join(ROOT, 'reports/sample.json'), 'utf8');
  return readRecord(text, 'sample.json').record;
}

const EVIL = '\u001b[2J\u0007\u202eevil\u009b31m\r\n\u061c\u{e0041}';
// eslint-disable-next-line no-control-regex -- looking for them is the point
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u202a-\u202e\u{e0041}]/u;
/** Texts that are the record's own words. */
const OWN = new Set([
  ...['schema', 'command', 'verdict', 'severity', 'about', 'loop', 'startedAt', 'askedAt'],
  ...['end', 'unit', 'kind', 'protocol'],
]);

/** A record in which every text that may come from elsewhere tries to do something to the terminal. */
function hostile(command: RunRecord['command']): RunRecord {
  const evil = (value: unknown, key = ''): unknown => {
    if (typeof value === 'string') return OWN.has(key) ? value : EVIL;
    if (Array.isArray(value)) return value.map((item) => evil(item, key));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [name, evil(item, name)]),
    );
  };
  const record = sample();
  record.reasons = [
    { code: 'x', text: 'x', call: null },
    { code: 'y', text: 'y', call: 'y' },
  ];
  record.findings = [
    {
      ...{ code: 'x', severity: 'error', about: 'target', call: 'x' },
      place: { file: 'x', line: 1, column: 1, document: 1, path: 'x' },
      ...{ summary: 'x', evidence: 'x', advice: 'x' },
    },
  ];
  record.thresholds = [{ expression: 'p99<1ms', observed: 1, unit: 'ms', ok: false }];
  record.transport.tls = {
    ...{ version: 'x', cipher: 'x', alpn: 'x', seenAt: 'x' },
    certificate: {
      ...{ subject: 'x', issuer: 'x', altNames: 'x', validFrom: 'x', validTo: 'x', daysLeft: -1 },
    },
  };
  record.load.unsent = 1;
  record.load.unsentByCause = { [EVIL]: 1 };
  record.scenario = 'x';
  const call = record.calls[0]!;
  call.failures = [{ status: 'x', cause: 'x', count: 1 }];
  call.status = { [EVIL]: 1 };
  call.programmed = {
    ...{ source: 'x', table: 'x', virtualHost: 'x', routes: ['x'], answeredByProxy: 0 },
    destinations: [{ name: 'x', configuredShare: 1, programmedShare: 0 }],
    difference: 'x',
    incomparable: 'x',
  };
  record.transport.rstStream = { [EVIL]: 1 };
  // What was asked and counted is data for merging, and in no report but the JSON.
  return { ...(evil(record) as RunRecord), command };
}

describe('reports', () => {
  for (const name of Object.keys(FORMATS) as FormatName[]) {
    it(`the ${name} report of the sample is the committed one`, async () => {
      const { render, extension } = FORMATS[name];
      const committed = readFileSync(path.join(ROOT, `reports/sample.${extension}`), 'utf8');
      assert.equal(await render(sample(), WIDE), committed);
    });
  }
});

describe('what else than a split was expected', () => {
  for (const command of ['verify', 'bench'] as const) {
    it(`stands beside it: ${command}`, () => {
      const record = { ...sample(), command };
      record.calls[0]!.checks = [{ kind: 'CORS', verdict: 'pass', text: 'a page may call' }];
      const text = renderConsole(record, WIDE);
      assert.match(text, /^Expected\n {2}pass {2}CORS: a page may call$/m);
      assert.match(text, /^Who answered/m);
    });
  }
});

describe('text from elsewhere', () => {
  for (const name of Object.keys(FORMATS) as FormatName[]) {
    for (const command of ['verify', 'bench'] as const) {
      it(`controls no terminal: ${name} of ${command}`, async () => {
        const record = hostile(command);
        const text = await FORMATS[name].render(record, WIDE);
        assert.doesNotMatch(text, CONTROL);
        if (name === 'json') assert.deepEqual(JSON.parse(text), record);
      });
    }
  }
});

describe('the console report', () => {
  it('fits the width it is given', () => {
    const long = sample();
    const [call] = long.calls;
    const name = 'Deployment/'.repeat(20);
    call!.split!.destinations.push({ ...call!.split!.destinations[0]!, name, observed: 0 });
    call!.split!.destinations[0]!.pods.push({ name: 'pod-'.repeat(60), observed: 0 });
    call!.latencyMs.byDestination[name] = call!.latencyMs.overall;
    for (const record of [sample(), long]) {
      for (const command of ['verify', 'bench'] as const) {
        for (const width of [60, 80, 100]) {
          const text = renderConsole({ ...record, command }, { width, colour: false });
          for (const line of text.split('\n')) assert.ok(line.length <= width, `${width}: ${line}`);
        }
      }
    }
  });

  it('has colours only when asked, and the same words', () => {
    const coloured = renderConsole(sample(), { width: 80, colour: true });
    assert.notEqual(coloured, renderConsole(sample(), WIDE));
    // eslint-disable-next-line no-control-regex -- taking colours away is the point
    const plain = coloured.replaceAll(/\u001b\[\d+m/g, '').replaceAll(/ +$/gm, '');
    assert.equal(plain, renderConsole(sample(), WIDE));
  });

  it('breaks words from elsewhere that are longer than a line', () => {
    const record = sample();
    record.calls[0]!.failures = [{ status: 'INTERNAL', cause: 'x'.repeat(300), count: 1 }];
    const text = `a ${'/very/long/path'.repeat(20)} b`;
    record.reasons = [{ code: 'x', text, call: null }];
    const report = renderConsole(record, WIDE);
    for (const line of report.split('\n')) assert.ok(line.length <= WIDE.width, line);
    assert.ok(report.replaceAll(/[^x]/g, '').length >= 300);
  });

  it('says what was not measured with a dash', () => {
    const record = sample();
    const call = record.calls[0]!;
    call.split!.test = null;
    for (const destination of call.split!.destinations) {
      destination.share = null;
      destination.interval = null;
    }
    const text = renderConsole(record, WIDE);
    assert.match(text, /v1 .* - .* - /);
    assert.ok(!/NaN|null|undefined/.test(text));
  });
});
