import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { attributionTable } from '../../src/count/attribution.js';
import { NO_KNOWLEDGE, type PodAddress } from '../../src/count/proxied/knowledge.js';
import type { Counted } from '../../src/count/counted.js';
import { withoutChangedAddresses } from '../../src/run/address-changes.js';
import { scenarioOf } from '../../src/scenario/scenario.js';
import { countedShard } from '../record/shards.js';
import { preparedRun } from './prepared-run.js';

/** Pods by address, as a list of the cluster. */
function listOf(pods: Readonly<Record<string, string>>): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'List',
    items: Object.entries(pods).map(([podIP, name]) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'default' },
      status: { phase: 'Running', podIP },
    })),
  });
}

/** 60 answers of pod-v1-1 and 40 of pod-v2-1, as a proxy said. */
function countedRun(voucher = 'header x-splitproof'): Counted {
  const counted = countedShard({ v1: 60, v2: 40 });
  const call = counted.calls[0]!;
  return { ...counted, calls: [{ ...call, vouchers: new Map([[voucher, 100]]) }] };
}

describe('the list of pods, read again after the run', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'splitproof-'));
  const file = path.join(folder, 'pods.yaml');
  after(() => {
    rmSync(folder, { recursive: true });
  });

  async function outcome(
    now: Readonly<Record<string, string>> | string | null,
    { source = file, voucher }: { source?: string; voucher?: string } = {},
  ): Promise<{ observed: number[]; codes: string[]; notes: string[] }> {
    if (now !== null) writeFileSync(file, typeof now === 'string' ? now : listOf(now));
    else rmSync(file, { force: true });
    const run = preparedRun([{ v1: 60, v2: 40 }], [1]);
    const [call] = run.calls;
    const addresses: PodAddress[] = [
      ['10.0.0.1', 'pod-v1-1'],
      ['10.0.0.2', 'pod-v2-1'],
    ].map(([address = '', pod = '']) => {
      return { address, ports: null, pod, namespace: 'default', destination: null };
    });
    call!.loaded.counting.attribution = attributionTable(['v1', 'v2'], [], [], {
      ...NO_KNOWLEDGE,
      addresses,
    });
    const scenario = scenarioOf(
      { target: ':1', call: 'helloworld.Greeter/SayHello', manifest: [source], plaintext: true },
      'verify',
    );
    const notes: string[] = [];
    const { asked, counted } = await withoutChangedAddresses(scenario, run, countedRun(voucher), {
      onNote: (note) => notes.push(note),
    });
    return {
      observed: counted.calls[0]!.observed,
      codes: asked.calls[0]!.findings.map(({ code }) => code),
      notes,
    };
  }

  const SAME = { '10.0.0.1': 'pod-v1-1', '10.0.0.2': 'pod-v2-1' };
  const UNCHANGED = { observed: [60, 40], codes: [], notes: [] };

  it('is what it was: nothing changes', async () => {
    assert.deepEqual(await outcome(SAME), UNCHANGED);
  });

  it('has more pods, and some are gone: nothing changes', async () => {
    assert.deepEqual(await outcome({ '10.0.0.1': 'pod-v1-1', '10.0.0.3': 'new' }), UNCHANGED);
  });

  it('has another pod at an address: its answers are nobody’s, and a finding says so', async () => {
    assert.deepEqual(await outcome({ ...SAME, '10.0.0.2': 'pod-v1-2' }), {
      observed: [60, 0],
      codes: ['addresses-changed-hands'],
      notes: [],
    });
  });

  it('does not matter where the application says who answers', async () => {
    const changed = { ...SAME, '10.0.0.2': 'pod-v1-2' };
    assert.deepEqual(await outcome(changed, { voucher: 'application' }), UNCHANGED);
  });

  it('cannot be read again, which is said', async () => {
    for (const [now, source, words] of [
      [null, file, /could not be read again.*no such file/],
      ['{', file, /could not be read again/],
      [SAME, '/dev/null', /\/dev\/null can be read only once/],
      [SAME, '-', /standard input can be read only once/],
    ] as const) {
      const { observed, notes } = await outcome(now, { source });
      assert.deepEqual(observed, [60, 40]);
      assert.match(notes.join(), words);
    }
  });
});
