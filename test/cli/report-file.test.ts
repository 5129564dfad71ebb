import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  linkSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { writeReportFile } from '../../src/cli/report-file.js';
import { ROOT } from '../fixtures/command.js';

const folder = mkdtempSync(path.join(tmpdir(), 'splitproof-report-'));
after(() => {
  rmSync(folder, { recursive: true });
});

const at = (name: string): string => path.join(folder, name);
const NEVER = new AbortController().signal;
const PATIENCE = { waitMs: 60_000, hurriedMs: 20 };
/** More than a pipe holds. */
const LONG = 'a line of a report\n'.repeat(20_000);

function pipe(name: string): string {
  execFileSync('mkfifo', [at(name)]);
  return at(name);
}

describe('a report in a file', () => {
  it('takes the place of the one before, with its permissions', async () => {
    writeFileSync(at('run.json'), 'the one before');
    chmodSync(at('run.json'), 0o640);
    const before = openSync(at('run.json'), 'r');
    try {
      await writeReportFile(at('run.json'), LONG, NEVER);
      assert.equal(readFileSync(at('run.json'), 'utf8'), LONG);
      assert.equal(statSync(at('run.json')).mode & 0o777, 0o640);
      // Who had opened the one before reads it to its end.
      assert.equal(readFileSync(before, 'utf8'), 'the one before');
    } finally {
      closeSync(before);
    }
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.endsWith('.tmp')),
      [],
    );
  });

  it('leaves links what they are', async () => {
    writeFileSync(at('target'), '');
    symlinkSync(at('target'), at('link'));
    symlinkSync(at('to-be-made'), at('early-link'));
    linkSync(at('target'), at('other-name'));
    await writeReportFile(at('link'), 'by link', NEVER);
    assert.equal(readlinkSync(at('link')), at('target'));
    assert.equal(readFileSync(at('other-name'), 'utf8'), 'by link');
    await writeReportFile(at('early-link'), 'early', NEVER);
    assert.equal(readlinkSync(at('early-link')), at('to-be-made'));
    assert.equal(readFileSync(at('to-be-made'), 'utf8'), 'early');
  });

  it('that finds no room leaves the one before as it is', async () => {
    writeFileSync(at('kept.json'), 'the one before');
    // The shell's limit on the size of files, in KiB, stands for a disk that is full.
    const command = `ulimit -f 8; exec "$0" dist/cli/main.js report reports/sample.json -o "$1"`;
    const child = spawn('bash', ['-c', command, process.execPath, at('kept.json')], {
      cwd: ROOT,
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: 60_000,
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const status = await new Promise((resolve) => child.on('close', resolve));
    assert.match(stderr, /^splitproof: .*kept\.json: cannot be written: EFBIG.*\n$/);
    assert.equal(status, 2);
    assert.equal(readFileSync(at('kept.json'), 'utf8'), 'the one before');
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.endsWith('.tmp')),
      [],
    );
  });

  it('says when its folder is gone', async () => {
    await assert.rejects(writeReportFile(at('gone/run.json'), 'x', NEVER), /ENOENT/);
  });
});

describe('a report in a pipe', () => {
  it('waits for its reader, and for it to take all', async () => {
    const file = pipe('waited-for');
    const writing = writeReportFile(file, LONG, NEVER, PATIENCE);
    await turn();
    const read = await readFile(file, 'utf8');
    await writing;
    assert.equal(read, LONG);
  });

  it('is given up when nobody reads it', async () => {
    await assert.rejects(
      writeReportFile(pipe('lonely'), 'x', NEVER, { waitMs: 20, hurriedMs: 20 }),
      /^Error: it is a pipe that nobody reads, and was waited for/,
    );
  });

  it('is given up when the command is to end', async () => {
    const abort = new AbortController();
    const writing = writeReportFile(pipe('left'), 'x', abort.signal, PATIENCE);
    await turn();
    abort.abort();
    await assert.rejects(writing, /nobody reads/);
  });

  it('is given up when its reader takes nothing any more', async () => {
    const file = pipe('stuck');
    // A reader that only has it open; a pipe that is open for both does not wait for another.
    const reader = openSync(file, 'r+');
    try {
      const patience = { waitMs: 50, hurriedMs: 20 };
      await assert.rejects(
        writeReportFile(file, LONG, NEVER, patience),
        /its reader takes nothing/,
      );
    } finally {
      closeSync(reader);
    }
  });
});
