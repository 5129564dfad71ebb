import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import type { CallReport } from '../../src/report/call.js';
import { type Backend, startBackend } from '../../src/mesh/backend.js';
import { podNames } from '../../src/mesh/pod-names.js';
import { ROOT, splitproof } from '../fixtures/command.js';

const GRPCURL = path.join(ROOT, '.parts/grpcurl');
const ORDER = 'mypackage.OrderService/GetOrder';
const PROTO = ['-import-path', 'scenarios/grpc-gateway', '-proto', 'order.proto'];

/** Each: flags that both take, and what stands on their standard input. */
const CALLS: [string[], string?][] = [
  [['-d', '{"id":"7"}']],
  [['-d={"id":"7"}', '-plaintext=true']],
  [['-d', '@', '-format', 'json'], '{"id":"8"}'],
  [['-d', '{"id":"7"}', '-H', 'x-a: 1', '-rpc-header', 'x-b: 2', '-max-time', '5']],
  [['--d', '{"id":"7"}', '-emit-defaults', '-v', '-connect-timeout', '5']],
  [['-d', '{"id":"7"}', '-reflect-header', 'x-a: 1', '-authority', 'orders.example.com']],
  [['-d', '{"id":"7"}', ...PROTO]],
  [['-d', '{"id":"7"}', '-use-reflection=false', ...PROTO]],
  [['-expand-headers', '-H', 'x-home: ${HOME}', '-user-agent', 'nightly']],
];

/** A verb, and what stands behind the target. */
const SERVED: [verb: string, ...words: string[]][] = [
  ['list'],
  ['list', 'mypackage.OrderService'],
  ['describe', 'mypackage.OrderService.GetOrder'],
  ['describe', 'mypackage.Order'],
];

describe('command lines of grpcurl', () => {
  let orders: Backend;
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'splitproof-grpcurl-'));
    orders = await startBackend({
      service: 'order',
      version: 'v1',
      pod: podNames('order', 'v1')[0]!,
    });
  });
  after(async () => {
    await orders.close();
    await rm(folder, { recursive: true });
  });

  for (const [flags, input = ''] of CALLS) {
    it(`have the same reply: ${flags.join(' ')}`, async () => {
      const line = ['-plaintext', ...flags, orders.address, ORDER];
      const theirs = await grpcurl(line, input);
      assert.equal(theirs.status, 0, theirs.stderr);
      const ours = await splitproof(['call', ...line, '--format', 'json'], { stdin: input });
      assert.equal(ours.status, 0, ours.stderr);
      const { answer } = JSON.parse(ours.stdout) as CallReport;
      assert.ok(answer?.reply);
      // Defaults are always shown here, and there where it is asked for.
      assert.deepEqual(
        withoutDefaults(JSON.parse(answer.reply)),
        withoutDefaults(messageIn(theirs.stdout)),
      );
    });
  }

  for (const [verb, ...words] of SERVED) {
    it(`list the same: ${verb} ${words.join(' ')}`, async () => {
      const flags = ['-plaintext', '-max-time', '5', '-H', 'x-a: 1'];
      const theirs = await grpcurl([...flags, orders.address, verb, ...words]);
      assert.equal(theirs.status, 0, theirs.stderr);
      const ours = await splitproof([verb, ...flags, orders.address, ...words]);
      assert.equal(ours.status, 0, ours.stderr);
      assert.equal(ours.stdout.trimEnd(), theirs.stdout.trimEnd());
    });
  }

  it('are refused alike where data do not fit, by both', async () => {
    const unknown = path.join(folder, 'data.json');
    writeFileSync(unknown, '{"nonesuch":1}');
    const line = ['-plaintext', '-d', '{"nonesuch":1}', orders.address, ORDER];
    assert.notEqual((await grpcurl(line)).status, 0);
    assert.equal((await splitproof(['call', ...line])).status, 2);
  });
});

async function grpcurl(
  words: readonly string[],
  input = '',
): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const child = spawn(GRPCURL, words, { cwd: ROOT });
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const exited = new Promise<number | null>((resolve) => child.on('close', resolve));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { status: await exited, stdout, stderr };
}

/** With `-v` more than the message is printed. */
function messageIn(output: string): unknown {
  const [, shown = output] = /Response contents:\n([^]*?)\n\nResponse trailers/.exec(output) ?? [];
  return JSON.parse(shown);
}

/** Names as protobuf's JSON has them, without fields that have their default. */
function withoutDefaults(reply: unknown): Record<string, unknown> {
  assert.ok(typeof reply === 'object' && reply !== null);
  return Object.fromEntries(
    Object.entries(reply)
      .filter(([, value]) => value !== '' && value !== 0 && value !== false)
      .map(([name, value]) => [
        name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
        value,
      ]),
  );
}
