import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { scenarioOf } from '../../src/scenario/scenario.js';
import { parseScenario } from '../../src/scenario/scenario-file.js';
import type { Settings } from '../../src/scenario/schema.js';
import { templateIn } from '../../src/scenario/templates.js';

const CALL: Settings = { target: ':8080', call: 'a.B/C' };

/** Each: settings of a call, and the message; null: they make a run. */
const TABLE: [Settings, string | null][] = [
  [{ data: { id: '{{.UUID}}' } }, '--data: {{.UUID}} is a template'],
  [{ data: [{}, { tags: ['a', 'x {{ newUUID }}'] }] }, '--data: {{ newUUID }} is a template'],
  [{ data: { byName: { '{{.Timestamp}}': 1 } } }, '--data: {{.Timestamp}} is a template'],
  [{ data: '{{randomString 4\n}}' }, '--data: {{randomString 4\n}} is a template'],
  [{ metadata: { 'x-id': '{{.RequestNumber}}' } }, '--metadata: {{.RequestNumber}} is'],
  [{ header: ['x-a: 1', 'x-id: {{.WorkerID}}'] }, '--header: {{.WorkerID}} is a template'],
  [{ 'rpc-header': ['x-id: {{.UUID}}'] }, '--rpc-header: {{.UUID}} is a template'],
  [{ 'reflect-header': ['x-id: {{.UUID}}'] }, '--reflect-header: {{.UUID}} is a template'],
  [{ data: { id: '{{.UUID}}' }, literal: true }, null],
  [{ data: { id: '{{', other: '}}' } }, null],
  [{ data: { id: '{ {.UUID} }' } }, null],
];

describe('templates', () => {
  for (const [settings, message] of TABLE) {
    it(`${JSON.stringify(settings)} ${message === null ? 'is sent' : 'is refused'}`, () => {
      const run = () => scenarioOf({ ...CALL, ...settings }, 'bench');
      if (message === null) {
        run();
        return;
      }
      assert.throws(run, (error: Error) => {
        return error.message.startsWith(message) && error.message.includes('--literal');
      });
    });
  }

  it('of plain HTTP are sent as they stand', () => {
    const http = { path: '/x', headers: { 'x-id': '{{.UUID}}' }, body: '{{ .Values.x }}' };
    const text = `target: :8080\nhttp: ${JSON.stringify(http)}\n`;
    const { call } = scenarioOf(parseScenario(text, 's.yaml'), 'bench').calls[0]!;
    assert.ok(call.kind === 'http');
    assert.equal(Buffer.from(call.body).toString(), '{{ .Values.x }}');
  });

  it('of one call of several say which, and one call may have its own literally', () => {
    const data = { id: '{{.UUID}}' };
    const calls = [
      { call: 'a.B/C', data, literal: true },
      { call: 'a.B/D', data },
    ];
    assert.throws(
      () => scenarioOf({ target: ':8080', calls }, 'bench'),
      /^InputError: calls\[1\]: --data: /,
    );
  });

  it('are shown in part where they are long', () => {
    assert.equal(templateIn(`a{{${'x'.repeat(100)}}}b`), `{{${'x'.repeat(38)}…`);
    assert.equal(templateIn('none'), null);
  });
});
