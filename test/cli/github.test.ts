import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import type { RunRecord } from '../../src/record/run-record.js';
import { type CommandResult, ROOT, splitproof } from '../fixtures/command.js';
import { HOSTILE_TEXTS } from '../report/hostile.js';
import { runnerCommand } from '../report/runner-commands.js';
import { sarifErrors } from '../report/sarif-schema.js';

const folder = mkdtempSync(path.join(tmpdir(), 'splitproof-github-'));
after(() => {
  rmSync(folder, { recursive: true });
});

let steps = 0;

/** Runs a command as a step of a job; what it gives to the runner. */
async function step(
  words: readonly string[],
  more: NodeJS.ProcessEnv = {},
): Promise<CommandResult & { summary: string; outputs: Record<string, string> }> {
  const summary = path.join(folder, `summary-${++steps}.md`);
  const outputs = path.join(folder, `outputs-${steps}`);
  writeFileSync(summary, 'of the step before\n');
  writeFileSync(outputs, '');
  const env = { GITHUB_STEP_SUMMARY: summary, GITHUB_OUTPUT: outputs, GITHUB_WORKSPACE: ROOT };
  const result = await splitproof(words, { env: { ...env, ...more } });
  return {
    ...result,
    summary: readFileSync(summary, 'utf8'),
    outputs: outputsIn(readFileSync(outputs, 'utf8')),
  };
}

/** Reads the file as the runner does: a name, a delimiter, and lines until that. */
function outputsIn(text: string): Record<string, string> {
  const lines = text.split('\n');
  const found: [string, string][] = [];
  for (let at = 0; at < lines.length - 1;) {
    const [, name = '', delimiter = ''] = /^([^<=]+)<<(.+)$/.exec(lines[at]!) ?? [];
    const end = lines.indexOf(delimiter, at + 1);
    assert.ok(name !== '' && end > at, lines[at]);
    found.push([name, lines.slice(at + 1, end).join('\n')]);
    at = end + 1;
  }
  return Object.fromEntries(found);
}

const SAMPLE = 'reports/sample.json';

function saved(text: string): string {
  const file = path.join(folder, `run-${++steps}.json`);
  writeFileSync(file, text);
  return file;
}

/** The sample with another text in the place of its names, and of what it finds. */
function withTexts(text: string): string {
  const record = sample();
  record.verdict = 'fail';
  record.reasons = [{ code: 'x', text, call: null }];
  record.findings = (['error', 'warning', 'info'] as const).map((severity) => ({
    ...{ code: 'x', severity, about: 'target', call: null, place: null },
    ...{ summary: text, evidence: text, advice: text },
  }));
  const names = ['asm-greeter-60-40', 'VirtualService default/grpc-vs', record.target, 'v1'];
  return names.reduce(
    (json, name) => json.replaceAll(JSON.stringify(name), JSON.stringify(text)),
    JSON.stringify(record),
  );
}

function sample(): RunRecord {
  return JSON.parse(readFileSync(path.join(ROOT, SAMPLE), 'utf8')) as RunRecord;
}

describe('--github', () => {
  it('annotates, adds to the summary and sets outputs', async () => {
    const again = path.join(folder, 'again.json');
    const { status, stdout, stderr, summary, outputs } = await step([
      ...['report', SAMPLE, '--github', '-o', again],
    ]);
    assert.equal(status, 0, stderr);
    assert.equal(stderr, '');
    assert.equal(
      stdout,
      readFileSync(path.join(ROOT, 'reports/sample.txt'), 'utf8') +
        readFileSync(path.join(ROOT, 'reports/sample.github.txt'), 'utf8'),
    );
    const markdown = readFileSync(path.join(ROOT, 'reports/sample.md'), 'utf8');
    assert.equal(summary, `of the step before\n${markdown}\n`);
    const { reason, ...others } = outputs;
    assert.deepEqual(others, {
      ...{
        verdict: 'pass',
        requests: String(sample().load.sent),
        findings: '0',
        record: again,
        'exit-code': '0',
      },
    });
    assert.match(reason!, /^The traffic follows the weights/);
  });

  it('gives the status of a run that fails to later steps', async () => {
    const { status, stdout, outputs } = await step([
      ...['demo', '--actual', 'v1=50,v2=50', '--github', '--quiet'],
    ]);
    assert.equal(status, 1);
    assert.equal(outputs['exit-code'], '1');
    assert.equal(outputs.verdict, 'fail');
    const commands = stdout.split('\n').flatMap((line) => runnerCommand(line) ?? []);
    const [first] = commands;
    assert.equal(first!.name, 'error');
    assert.equal(first!.properties.file, 'scenarios/asm-greeter/virtual-service-60-40.yaml');
  });

  it('keeps standard output one report for programs', async () => {
    const { stdout, stderr } = await step(['report', SAMPLE, '--github', '--format', 'json']);
    assert.deepEqual(JSON.parse(stdout), sample());
    assert.equal(runnerCommand(stderr)?.name, 'notice');
  });

  it('gives no text from elsewhere a way to command the runner or to set outputs', async () => {
    for (const kind of ['runner', 'escapes', 'terminal', 'markdown'] as const) {
      const file = saved(withTexts(HOSTILE_TEXTS[kind]!));
      const { stdout, outputs } = await step(['report', file, '--github'], {
        GITHUB_ACTIONS: 'true',
      });
      const names = stdout.split('\n').flatMap((line) => runnerCommand(line)?.name ?? []);
      assert.deepEqual([...new Set(names)].sort(), ['error', 'notice', 'warning']);
      assert.deepEqual(Object.keys(outputs).sort(), [
        ...['exit-code', 'findings', 'reason', 'requests', 'verdict'],
      ]);
    }
  });

  it('says what is missing outside of a job, and goes on', async () => {
    const none = { GITHUB_STEP_SUMMARY: '', GITHUB_OUTPUT: '' };
    const { status, stdout, stderr } = await step(['report', SAMPLE, '--github'], none);
    assert.equal(status, 0);
    assert.match(stderr, /^note: --github: GITHUB_STEP_SUMMARY and GITHUB_OUTPUT are not set/);
    assert.match(stdout, /^::notice /m);
  });

  it('refuses a file that cannot be written before anything is sent', async () => {
    const { status, stdout, stderr } = await step(['demo', '--github'], { GITHUB_OUTPUT: folder });
    assert.equal(status, 2);
    assert.equal(stdout, '');
    assert.match(stderr, /^splitproof: .*: this is a folder.*\n$/);
  });
});

const BROKEN = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: vs}
spec:
  hosts: [a.example]
  http:
  - route:
    - destination: {host: svc, subset: nowhere}
`;

describe('explain in jobs', () => {
  it('annotates the lines of manifests, and counts what is wrong', async () => {
    const file = path.join(folder, 'vs.yaml');
    writeFileSync(file, BROKEN);
    const { status, stdout, outputs, summary } = await step(['explain', '-f', file, '--github'], {
      GITHUB_WORKSPACE: folder,
    });
    const commands = stdout.split('\n').flatMap((line) => runnerCommand(line) ?? []);
    const placed = commands.filter(({ properties }) => properties.file === 'vs.yaml');
    assert.ok(
      placed.some(({ properties: { line } }) => Number(line) >= 7),
      stdout,
    );
    assert.equal(outputs['exit-code'], String(status));
    assert.ok(Number(outputs.errors) + Number(outputs.warnings) > 0);
    assert.match(summary, /### Findings/);
  });

  for (const [name, extension] of [
    ['sarif', 'sarif'],
    ['markdown', 'md'],
    ['github', 'github.txt'],
    ['json', 'json'],
  ] as const) {
    it(`writes files as ${name}, several at once`, async () => {
      const manifest = path.join(folder, 'vs.yaml');
      writeFileSync(manifest, BROKEN);
      const file = path.join(folder, `explained.${extension}`);
      const text = path.join(folder, 'explained.txt');
      const { stdout } = await splitproof([
        ...['explain', '-f', manifest, '--format', name, '-o', file, '-o', text],
      ]);
      assert.equal(readFileSync(file, 'utf8'), stdout);
      assert.match(readFileSync(text, 'utf8'), /Findings/);
      if (name === 'sarif') {
        assert.deepEqual(sarifErrors(stdout), []);
        assert.match(stdout, /"startLine": \d+/);
      }
    });
  }

  it('has no file for manifests on standard input', async () => {
    const { stdout } = await splitproof(['explain', '-f', '-', '--format', 'sarif'], {
      stdin: BROKEN,
    });
    assert.deepEqual(sarifErrors(stdout), []);
    assert.doesNotMatch(stdout, /artifactLocation/);
    assert.match(stdout, /"ruleId"/);
  });
});
