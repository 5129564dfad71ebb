import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Mesh } from '../../src/mesh/mesh.js';
import type { RunRecord } from '../../src/record/run-record.js';
import type { CallReport } from '../../src/report/call.js';
import { splitproof } from '../fixtures/command.js';
import { startGreeterMesh } from '../fixtures/greeter-mesh.js';

describe('command lines of ghz', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'splitproof-ghz-'));
  const data = path.join(folder, 'data.json');
  const report = path.join(folder, 'report.out');
  let mesh: Mesh;
  before(async () => {
    writeFileSync(data, '{"name":"Jack"}');
    mesh = await startGreeterMesh();
  });
  after(async () => {
    await mesh.close();
    rmSync(folder, { recursive: true });
  });

  /** Runs a line with all that ghz needs to find the call. @returns The record that it writes. */
  async function bench(...words: string[]): Promise<RunRecord> {
    const call = ['--plaintext', '--call', 'helloworld.Greeter.SayHello'];
    const line = ['bench', ...call, ...words, '-o', report, '-O', 'pretty', mesh.address];
    const { status, stdout, stderr } = await splitproof(line);
    // A machine that others keep busy may miss a rate, which makes a run inconclusive.
    assert.ok(status === 0 || status === 3, stdout + stderr);
    return JSON.parse(readFileSync(report, 'utf8')) as RunRecord;
  }

  it('send as many requests as they say, with what is in flight and connected', async () => {
    const { load } = await bench('-D', data, '--total=400', '-c', '8', '--connections', '4');
    assert.deepEqual(
      [load.sent, load.ok, load.concurrency, load.connections, load.loop],
      [400, 400, 8, 4, 'closed'],
    );
  });

  it('send at a rate, without waiting, and skip the first', async () => {
    const pace = ['--rps', '400', '--async', '-x', '500ms', '--load-schedule=const'];
    const { load, transport } = await bench('-d', '{}', ...pace, '--skipFirst', '20', '--cpus=2');
    assert.equal(load.loop, 'open');
    assert.equal(load.excluded, 20);
    assert.ok(load.due > 150 && load.due <= 201, String(load.due));
    assert.equal(load.workers, 2);
    assert.ok(transport.connections.length > 0);
  });

  it('name runs and label them', async () => {
    const { scenario, labels } = await bench(
      ...['-d', '{}', '-n', '20', '--name', 'nightly', '--tags', '{"env":"staging"}'],
    );
    assert.deepEqual([scenario, labels], ['nightly', { env: 'staging' }]);
  });

  it('send templates as they stand where they disable them', async () => {
    const line = ['call', '--plaintext', mesh.address, 'helloworld.Greeter/SayHello'];
    const template = ['-d', '{"name":"{{.UUID}}"}', '--format', 'json'];
    const refused = await splitproof([...line, ...template]);
    assert.equal(refused.status, 2);
    assert.match(refused.stderr, /^splitproof: --data: \{\{\.UUID\}\} is a template, [^\n]+\n$/);
    const sent = await splitproof([...line, ...template, '--disable-template-data']);
    assert.equal(sent.status, 0, sent.stderr);
    const { answer } = JSON.parse(sent.stdout) as CallReport;
    assert.ok(answer?.reply?.includes('{{.UUID}}'), sent.stdout);
  });
});
