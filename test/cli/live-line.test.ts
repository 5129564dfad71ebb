import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { ROOT, splitproof } from '../fixtures/command.js';
import { startGreeterMesh } from '../fixtures/greeter-mesh.js';
import { PHASES } from './phases.js';
import { Screen } from './screen.js';

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

/** What is shown to a terminal of tmux, one phase after the other. */
async function eachPhaseShown(columns: 120 | 80 | 40): Promise<void> {
  const screen = new Screen();
  try {
    const program = path.join(import.meta.dirname, 'show-phases.js');
    await screen.start(columns, [process.execPath, program]);
    for (const { lines: wanted } of PHASES) {
      const line = wanted[columns];
      assert.deepEqual(await screen.lines((lines) => lines.join('\n') === line), [line]);
      assert.ok(!(await screen.hasCursor()));
      await screen.enter();
    }
    // Nothing of the line is left.
    assert.deepEqual(await screen.lines(([first]) => first === 'ENDED'), ['ENDED']);
    assert.ok(await screen.hasCursor());
  } finally {
    await screen.close();
  }
}

describe('the line that a terminal shows while a run goes on', () => {
  for (const columns of [120, 80, 40] as const) {
    it(`tells of each phase in ${columns} columns, on one row`, () => eachPhaseShown(columns));

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

  it('goes through the phases of a run in their order', async () => {
    const mesh = await startGreeterMesh();
    const { lines } = await seen(80, [
      ...['verify', '--scenario', path.join(ROOT, 'scenarios/asm-greeter-60-40.yaml')],
      ...[`127.0.0.1:${mesh.port}`, '--wait-for-rollout', '30s', '--warmup', '1s'],
      ...['-z', '500ms', '-n', '10000000'],
    ]).finally(() => mesh.close());
    const phases = [/^waiting for the roll-out: /, /^warming up: /, /( of |\/)10,000,000\b/];
    const first = phases.map((phase) => lines.findIndex((line) => phase.test(line)));
    assert.ok(
      first.every((at, index) => at > (first[index - 1] ?? -1)),
      lines.join('\n'),
    );
  });

  it('is not there when nothing is to be said', async () => {
    const { lines } = await seen(80, ['demo', '--quiet', '-z', '500ms', '-n', '10000000']);
    assert.deepEqual(lines, []);
  });
});

describe('what a run says where there is no terminal', () => {
  it('is a line after ten seconds, and nothing when that is asked for', async () => {
    const mesh = await startGreeterMesh();
    const tenSeconds = [
      ...['verify', '--scenario', path.join(ROOT, 'scenarios/asm-greeter-60-40.yaml')],
      ...[`127.0.0.1:${mesh.port}`, '-z', '10500ms', '--rps', '20', '-n', '10000000'],
    ];
    const [told, quiet] = await Promise.all([
      splitproof(tenSeconds, {}),
      splitproof([...tenSeconds, '--quiet'], {}),
    ]).finally(() => mesh.close());
    const lines = told.stderr.split('\n').filter((line) => line.startsWith('sampling '));
    assert.ok(lines.length > 0, told.stderr);
    assert.match(
      lines[0] ?? '',
      /^sampling \d+ of [\d,]+ · \d+\/s · v1 [\d.]+ % v2 [\d.]+ % · p99 .* ms · 0 failed · \d+ s left$/,
    );
    assert.ok(!told.stderr.includes('\u001b'));
    assert.equal(quiet.stderr, '');
  });
});
