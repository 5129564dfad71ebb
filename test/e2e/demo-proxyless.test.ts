import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RunRecord } from '../../src/record/run-record.js';
import { recordOf, reasonsOf, splitproof } from '../fixtures/command.js';

const V1 = 'echo-v1-f76996c45-h7plh';
const V2 = 'echo-v2-7d76b7969-ltlkp';

/** A demo as a user runs it: a process of its own has the pods, the control plane and the run. */
async function demo(
  ...args: readonly string[]
): Promise<{ status: number | null; stderr: string; record: RunRecord }> {
  const result = await recordOf(['demo', 'proxyless', ...args], {});
  return { ...result, stderr: result.stderr.replaceAll(/\s+/g, ' ') };
}

describe('demo proxyless', () => {
  it('passes what the control plane splits, which may be away for a while: nothing is lost', async () => {
    // Of 2,270 answers a right split is 7 points off, where it would not pass, once in 10^16.
    const ample = ['-n', '227', '--tolerance', '10pp'];
    const { status, stderr, record } = await demo('--fault', 'away', ...ample);
    assert.match(stderr, /is away after 568 requests.*is back after 1,135 requests/);
    assert.equal(record.verdict, 'pass', reasonsOf(record));
    assert.equal(status, 0);
    assert.deepEqual([record.load.ok, record.load.failed], [227, 0]);
    const [{ split } = {}] = record.calls;
    assert.equal(split?.observationsPerCall, 10);
    assert.deepEqual(
      split.destinations.map(({ pods }) => pods.map(({ name }) => name)),
      [[V1], [V2]],
    );
  });

  it('fails another split', async () => {
    const { status, record } = await demo('--actual', 'v1=50,v2=50', '-n', '100');
    assert.equal(status, 1, reasonsOf(record));
    assert.match(reasonsOf(record), /split-differs/);
  });

  it('does not pass a shift during the run, which is right on average, and dates it', async () => {
    const { status, stderr, record } = await demo('--fault', 'shift', '-n', '227');
    assert.match(stderr, /the control plane tells v1 5 %, v2 95 % after 1,135 requests/);
    assert.notEqual(status, 0);
    assert.notEqual(record.verdict, 'pass', reasonsOf(record));
    const found = record.findings.map(({ code }) => code);
    assert.ok(found.includes('weights-changed-during-run'), found.join());
  });

  it('says which resource is refused, and why', async () => {
    const { status, stderr } = await demo('--fault', 'invalid-cds', '-n', '2');
    assert.notEqual(status, 0);
    assert.match(stderr, /note: what the control plane tells is invalid: all of CDS/);
    assert.match(
      stderr,
      new RegExp(`note: ${V1} refuses version 2 of CDS: .*Unsupported type STATIC`),
    );
  });

  it('refuses what needs a gateway, and what needs a control plane', async () => {
    const pinned = await splitproof(['demo', 'proxyless', '--pinned']);
    assert.deepEqual(
      [pinned.status, pinned.stderr],
      [2, 'splitproof: --pinned: there is no gateway that could balance connections: drop it\n'],
    );
    const drift = await splitproof(['demo', 'proxyless', '--fault', 'drift']);
    assert.match(
      drift.stderr,
      /^splitproof: --fault: there is no gateway to have it: choose one of shift, away, /,
    );
    const shift = await splitproof(['demo', '--fault', 'shift']);
    assert.match(shift.stderr, /no control plane but that of proxyless can have it: drop it/);
    assert.deepEqual([drift.status, shift.status], [2, 2]);
  });
});
