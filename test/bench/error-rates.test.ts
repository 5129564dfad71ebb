import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, it } from 'node:test';
import { ROOT } from '../fixtures/command.js';

const SCRIPT = path.join(ROOT, 'dist/bench/error-rates/main.js');

describe('npm run error-rates', () => {
  it('holds claims against rates, here of a few runs', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT, '--runs', '6'], {
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
    const rows = stdout.split('\n').filter((line) => /^\| [\d/]+ \| \d+ \| /.test(line));
    assert.ok(rows.length > 200, String(rows.length));
    // Enumerated, hence of any number of runs: how often 65/35 passes for 60/40.
    assert.match(stdout, /\| 60\/40 \| 3313 \| serves 65\/35 \| passes ≤ 0\.001 \| 0\.0009 \|/);
    assert.match(stdout, /\| keyed by time, in runs of 32 \| passes ≤ 0 \| 0 \|.* \| 6 \| yes \|/);
    assert.match(stdout, /v2 fails 20 % of its calls, named \| passes ≤ 0 \| 0 \|/);
    assert.match(stdout, /^\| 6 \| \d \(/m);
  });

  it('names its parts where there is no such one', () => {
    const { status, stderr } = spawnSync(process.execPath, [SCRIPT, '--only', 'luck'], {
      encoding: 'utf8',
    });
    assert.equal(status, 2);
    assert.match(stderr, /^no part is called luck; there are independent, /);
  });
});
