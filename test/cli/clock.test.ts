import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { recordOf, ROOT } from '../fixtures/command.js';

/** Loaded before the command: each look at the clock of the day finds it an hour off, one way or the other. */
const SHAKEN = `
  const real = Date.now;
  let looks = 0;
  Date.now = () => real() + (looks++ % 2 === 0 ? -3_600_000 : 3_600_000);`;

/** The day and the time of a run, and what a library asks for as a date. */
const TELLS_THE_DAY = ['load/transport/grpc-js-connection.ts', 'run/ask.ts', 'run/run-id.ts'];

describe('a clock that is set during a run', () => {
  it('changes nothing that is measured', async () => {
    const { record, stderr } = await recordOf(['demo', '-n', '3089', '-r', '3000'], {
      env: { NODE_OPTIONS: `--import "data:text/javascript,${encodeURIComponent(SHAKEN)}"` },
    });
    assert.equal(record.load.ok, 3089, stderr);
    assert.equal(record.verdict, 'pass');
    assert.ok(record.durationSeconds! < 3600 && record.durationSeconds! > 1);
    const latency = record.calls[0]!.latencyMs.overall!;
    assert.ok(latency.max < 60_000, String(latency.max));
  });

  it('is looked at for the day alone', () => {
    const src = path.join(ROOT, 'src');
    const looking = readdirSync(src, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.startsWith('mesh'))
      .filter((file) => /Date\.now|new Date\(\)/.test(readFileSync(path.join(src, file), 'utf8')));
    assert.deepEqual(looking.sort(), TELLS_THE_DAY);
  });
});
