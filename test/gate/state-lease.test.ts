import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { InputError } from '../../src/input-error.js';
import { LEASE_FILE, StateLease } from '../../src/gate/state-lease.js';

describe('a folder of verdicts', () => {
  let root: string;
  before(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'splitproof-lease-'));
  });
  after(() => rm(root, { recursive: true }));
  const folder = () => mkdtemp(path.join(root, 'state-'));
  const leaseIn = (state: string) => path.join(state, LEASE_FILE);
  const nothing = (): void => undefined;

  /** What a holder has written, with other values. */
  async function leaseOf(state: string, changed: object): Promise<string> {
    const lease = await StateLease.take(state);
    const holder = JSON.parse(await readFile(leaseIn(state), 'utf8')) as object;
    await lease.release();
    return JSON.stringify({ ...holder, ...changed });
  }

  it("is one gate's, as long as that one is there", async () => {
    const state = await folder();
    const first = await StateLease.take(state);
    first.keepUp(nothing);
    await assert.rejects(StateLease.take(state), (error: Error) => {
      assert.ok(error instanceof InputError);
      return new RegExp(`another gate \\(process ${process.pid} of "[^"]*"\\)`).test(error.message);
    });
    assert.ok(await first.isHeld());
    await first.release();
    assert.deepEqual(await readdir(state), []);
    const second = await StateLease.take(state);
    assert.ok(!(await first.isHeld()));
    await second.release();
  });

  it('is taken from one that was killed, or has been silent for long', async () => {
    const { pid: killed } = spawnSync(process.execPath, ['--version']);
    const holders: [string, object | string][] = [
      ['a process that is no more', { pid: killed }],
      ['one of another machine', { pid: process.pid, place: 'elsewhere' }],
      ['a process of that number here, which is none of it', { pid: process.pid }],
      ['nothing that can be read', '{"id":'],
    ];
    await Promise.all(
      holders.map(async ([what, holder]) => {
        const state = await folder();
        const text = typeof holder === 'string' ? holder : await leaseOf(state, holder);
        await writeFile(leaseIn(state), text);
        const lease = await StateLease.take(state);
        assert.ok(await lease.isHeld(), what);
        await lease.release();
      }),
    );
  });

  it('is given up by one that has lost it, and stays with the other', async () => {
    for (const lose of [
      async (state: string) => writeFile(leaseIn(state), await leaseOf(await folder(), {})),
      (state: string) => rm(state, { recursive: true }),
    ]) {
      const state = await folder();
      const lease = await StateLease.take(state);
      const lost = new Promise<void>((resolve) => {
        lease.keepUp(resolve);
      });
      await lose(state);
      assert.ok(!(await lease.isHeld()));
      // Held up by nothing else here.
      const alive = setInterval(nothing, 1000);
      await lost;
      clearInterval(alive);
      const left = await readFile(leaseIn(state), 'utf8').catch(() => null);
      await lease.release();
      assert.equal(await readFile(leaseIn(state), 'utf8').catch(() => null), left);
    }
  });
});
