import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { ROOT, splitproof } from '../fixtures/command.js';

const SAMPLE = 'reports/sample.json';
/** Linux: every write to it fails for want of space. */
const FULL = '/dev/full';
const folder = mkdtempSync(path.join(tmpdir(), 'splitproof-outputs-'));
after(() => {
  rmSync(folder, { recursive: true });
});

/** Runs a command whose standard output is a file or a pipe without a reader. */
function withOutput(
  words: readonly string[],
  output: number | 'closed pipe',
): Promise<{ status: number | null; stderr: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['dist/cli/main.js', ...words], {
      cwd: ROOT,
      stdio: ['ignore', output === 'closed pipe' ? 'pipe' : output, 'pipe'],
      timeout: 60_000,
    });
    child.stdout?.destroy();
    let stderr = '';
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('close', (status) => {
      resolve({ status, stderr });
    });
  });
}

describe('output that cannot be written', () => {
  for (const words of [['report', SAMPLE], ['plan'], ['--help']]) {
    it(`${words[0]!}: a reader that has seen enough is not a mistake`, async () => {
      assert.deepEqual(await withOutput(words, 'closed pipe'), { status: 0, stderr: '' });
    });

    it(`${words[0]!}: says when standard output takes nothing, and exits with 2`, async () => {
      const full = openSync(FULL, 'w');
      try {
        const { status, stderr } = await withOutput(words, full);
        assert.match(stderr, /^splitproof: standard output cannot be written: ENOSPC.*\n$/);
        assert.equal(status, 2);
      } finally {
        closeSync(full);
      }
    });
  }

  it('two reports of one file are refused, however it is named', async () => {
    const link = path.join(folder, 'link');
    symlinkSync(folder, link);
    const file = path.join(folder, 'twice.json');
    writeFileSync(file, 'kept');
    for (const [one, other] of [
      [file, file],
      [`json:${file}`, `markdown:${link}/twice.json`],
      [path.join(folder, 'new.json'), `csv:${folder}/../${path.basename(folder)}/new.json`],
    ] as const) {
      const { status, stderr } = await splitproof(['report', SAMPLE, '-o', one, '-o', other]);
      assert.match(stderr, /^splitproof: \S+: two reports are to be written to it: [^\n]+\n$/);
      assert.equal(status, 2);
    }
    assert.equal(readFileSync(file, 'utf8'), 'kept');
  });

  it('devices take one report after the other', async () => {
    const words = ['report', SAMPLE, '-o', 'csv:/dev/null', '-o', 'json:/dev/null'];
    assert.equal((await splitproof(words)).status, 0);
  });

  const odd: [output: string, problem: RegExp][] = [
    ['-', /--output: standard output has the report of --format: write --format json$/],
    ['json:-', /--output: standard output has the report of --format/],
    ['', /--output: the name of the file is missing$/],
    ['jsn:run', /jsn:run: the name has no extension: did you mean json:run\? use one of/],
    ['mrkdown:run.x', /no report has the extension "\.x": did you mean markdown:run\.x\?/],
    ['run.htm', /run\.htm: no report has the extension "\.htm": did you mean \.html\?/],
    ['run.JSON', /run\.JSON: no report has the extension "\.JSON": did you mean \.json\?/],
  ];
  for (const [output, problem] of odd) {
    it(`says what to write in the place of -o "${output}"`, async () => {
      const { status, stderr } = await splitproof(['report', SAMPLE, `--output=${output}`]);
      assert.match(stderr.trimEnd(), problem);
      assert.doesNotMatch(stderr.trimEnd(), /\n/);
      assert.equal(status, 2);
    });
  }

  it('a file that takes nothing leaves the other reports as they are', async () => {
    const file = path.join(folder, 'run.txt');
    const words = ['report', SAMPLE, '-o', `json:${FULL}`, '-o', file];
    const { status, stdout, stderr } = await splitproof(words);
    assert.match(stderr, /^splitproof: \/dev\/full: cannot be written: ENOSPC.*\n$/);
    assert.equal(status, 2);
    assert.equal(stdout, readFileSync(path.join(ROOT, 'reports/sample.txt'), 'utf8'));
    assert.equal(readFileSync(file, 'utf8'), stdout);
  });

  it('a run whose report cannot be written exits with 2, and still prints it', async () => {
    const { status, stdout } = await splitproof(['demo', '-o', `json:${FULL}`]);
    assert.match(stdout, /\nPASS /);
    assert.equal(status, 2);
  });

  for (const [what, output, expected] of [
    ['a folder', `json:${folder}`, /folder: name the file in it/],
    ['no name', 'json:', /--output: the name of the file is missing/],
    ['no extension', 'report', /no extension.*\.json/],
  ] as const) {
    it(`${what} is refused before anything is sent`, async () => {
      const { status, stdout, stderr } = await splitproof(['demo', '-o', output]);
      assert.match(stderr, expected);
      assert.equal(status, 2);
      assert.equal(stdout, '');
    });
  }
});
