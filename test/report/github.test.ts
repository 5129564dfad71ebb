import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { renderAnnotations } from '../../src/report/github/annotations.js';
import { withoutCommands, workflowCommand } from '../../src/report/github/commands.js';
import type { Style } from '../../src/report/style.js';
import { goldenRecord } from './golden-runs.js';
import { runnerCommand } from './runner-commands.js';

const STYLE: Style = { width: 80, colour: false };

describe('commands to the runner', () => {
  it('hold any text, and the runner reads it back', () => {
    const text = 'a%0Ab: c, d=e\r\n100 %::x';
    const line = workflowCommand('error', { file: text, title: text }, text);
    assert.equal(line.split('\n').length, 1);
    assert.deepEqual(runnerCommand(line), {
      name: 'error',
      properties: { file: text, title: text },
      data: text,
    });
  });

  it('are taken out of text, however they are written', () => {
    const text = 'a\n::set-output name=x::y\n  ::error::z\na ##[add-mask]b\n[::1]:80 a::b';
    const inert = withoutCommands(text);
    for (const line of text.split('\n').slice(1, 4)) assert.notEqual(runnerCommand(line), null);
    for (const line of inert.split('\n')) assert.equal(runnerCommand(line), null);
    assert.match(inert, /\[::1\]:80 a::b$/);
  });
});

describe('annotations', () => {
  it('begin with the verdict, then errors, then warnings', async () => {
    const record = await goldenRecord('verify-fail');
    const [finding] = record.findings;
    record.findings = [
      { ...finding!, code: 'b', severity: 'warning' },
      { ...finding!, code: 'a', severity: 'error' },
    ];
    const commands = renderAnnotations(record, STYLE).trimEnd().split('\n').map(runnerCommand);
    assert.deepEqual(
      commands.map((command) => [command!.name, command!.properties.title]),
      [
        ['error', 'splitproof: fail'],
        ['error', 'splitproof: a'],
        ['warning', 'splitproof: b'],
      ],
    );
  });

  it('are ten of a kind at most, the last of which says how many there are besides', async () => {
    const record = await goldenRecord('verify-fail');
    const [finding] = record.findings;
    record.findings = Array.from({ length: 30 }, () => ({
      ...finding!,
      severity: 'error' as const,
    }));
    const lines = renderAnnotations(record, STYLE).trimEnd().split('\n');
    assert.equal(lines.length, 10);
    assert.match(lines[9]!, /::22 more /);
  });

  it('have file, line and column of what stands in one, and none for standard input', async () => {
    const record = await goldenRecord('verify-finding-of-the-route');
    const [finding] = record.findings;
    const nameFile = (file: string): string => `deploy/${file}`;
    const of = (file: string) => {
      record.findings = [{ ...finding!, place: { ...finding!.place!, file } }];
      const lines = renderAnnotations(record, { ...STYLE, nameFile })
        .trimEnd()
        .split('\n');
      return runnerCommand(lines.at(-1)!)!;
    };
    const title = 'splitproof: weights-not-100';
    assert.deepEqual(of('vs.yaml').properties, {
      file: 'deploy/vs.yaml',
      line: '12',
      col: '7',
      title,
    });
    assert.deepEqual(of('standard input').properties, { title });
    assert.match(of('standard input').data, /standard input:12/);
  });
});
