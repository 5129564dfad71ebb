import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { ROOT } from '../fixtures/command.js';

const SHOWN = path.join(ROOT, 'test/cli/shown.py');
const MAIN = path.join(ROOT, 'dist/cli/main.js');

/** What a terminal showed in its lowest line, one after the other, and whether its cursor is there in the end. */
interface Seen {
  lines: string[];
  hasCursor: boolean;
  /** Whether the line went beyond the last column. */
  isTooWide: boolean;
}

async function seen(columns: number, args: readonly string[]): Promise<Seen> {
  const env = { ...process.env, CI: '', TERM: 'xterm' };
  const command = [SHOWN, String(columns), process.execPath, MAIN, ...args];
  const { stdout } = await promisify(execFile)('python3', command, { env, timeout: 60_000 });
  return JSON.parse(stdout) as Seen;
}

describe('the line that a terminal shows while a run goes on', () => {
  for (const columns of [120, 80, 40]) {
    it(`keeps to ${columns} columns, and gives the cursor back`, async () => {
      const { lines, hasCursor, isTooWide } = await seen(columns, [
        ...['demo', '-z', '1500ms', '-n', '10000000'],
      ]);
      assert.ok(hasCursor);
      assert.ok(!isTooWide);
      const shares = lines.filter((line) => /v1 [\d. ]+ % v2 [\d. ]+ %/.test(line));
      assert.ok(shares.length >= 2, lines.join('\n'));
      if (columns >= 80) assert.ok(shares.every((line) => / failed · .*left$/.test(line)));
      for (const line of lines) assert.ok(line.length < columns, line);
    });
  }
});
