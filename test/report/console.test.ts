import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { renderConsole } from '../../src/report/console/console.js';
import { FORMATS, type FormatName } from '../../src/report/formats.js';
import { type RunRecord, runRecordSchema } from '../../src/report/run-record.js';
import { ROOT } from '../fixtures/command.js';

const WIDE = { width: 80, colour: false };

function sample(): RunRecord {
  const text = readFileSync(path.join(ROOT, 'reports/sample.json'), 'utf8');
  return runRecordSchema.parse(JSON.parse(text));
}

/** A record in which every text that comes from elsewhere tries to do something to the terminal. */
function hostile(): RunRecord {
  const record = sample();
  const evil = '\u001b[2J\u0007\u202eevil\u009b31m\r\n';
  const call = record.calls[0]!;
  record.scenario = evil;
  record.target = evil;
  call.call = evil;
  call.route = { source: evil, rule: evil, match: evil, gatewayPort: 1 };
  call.split.destinations[0]!.name = evil;
  call.split.destinations[0]!.pods = [{ name: evil, observed: 1 }];
  call.failures = [{ status: evil, cause: evil, count: 1 }];
  call.status = { [evil]: 1 };
  record.reasons = [evil];
  record.findings = [{ code: 'x', severity: 'error', summary: evil, evidence: evil, advice: evil }];
  return record;
}

describe('reports', () => {
  for (const name of Object.keys(FORMATS) as FormatName[]) {
    it(`the ${name} report of the sample is the committed one`, () => {
      const { render, extension } = FORMATS[name];
      const committed = readFileSync(path.join(ROOT, `reports/sample.${extension}`), 'utf8');
      assert.equal(render(sample(), WIDE), committed);
    });
  }
});

describe('the console report', () => {
  it('fits the width it is given', () => {
    for (const width of [80, 100]) {
      for (const line of renderConsole(sample(), { width, colour: false }).split('\n')) {
        assert.ok(line.length <= width, line);
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

  it('lets no text from elsewhere control the terminal', () => {
    // eslint-disable-next-line no-control-regex -- looking for them is the point
    const control = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/;
    assert.ok(!control.test(renderConsole(hostile(), WIDE)));
  });

  it('says what was not measured with a dash', () => {
    const record = sample();
    const call = record.calls[0]!;
    call.split.test = null;
    for (const destination of call.split.destinations) {
      destination.share = null;
      destination.interval = null;
    }
    const text = renderConsole(record, WIDE);
    assert.match(text, /v1 .* - .* - /);
    assert.ok(!/NaN|null|undefined/.test(text));
  });
});
