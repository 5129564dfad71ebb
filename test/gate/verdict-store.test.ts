import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { idOf } from '../../src/gate/expected-step.js';
import type { LogFields } from '../../src/gate/log.js';
import type { StoredVerdict } from '../../src/gate/stored-verdict.js';
import { VerdictStore } from '../../src/gate/verdict-store.js';
import { InputError } from '../../src/input-error.js';

const PASS_MS = 600_000;

describe('kept verdicts', () => {
  let root: string;
  before(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'splitproof-store-'));
  });
  after(() => rm(root, { recursive: true }));

  /** A store in a folder of its own, and what it has told. */
  async function opened(folder?: string, most = 100) {
    const state = folder ?? (await mkdtemp(path.join(root, 'state-')));
    const told: [string, LogFields][] = [];
    const store = await VerdictStore.open(state, { most, passMs: PASS_MS }, (event, fields) => {
      told.push([event, fields]);
    });
    return { state, store, told };
  }

  function verdict(revision: string, more: Partial<StoredVerdict> = {}): StoredVerdict {
    const key = { scenario: 's', revision, step: '1' };
    return {
      schema: 'splitproof/gate/v1',
      ...{ id: idOf(key), ...key, labels: {}, reasons: [], verdict: 'pass', exitCode: 0 },
      ...{ samples: 1, requests: 100, requestsAtMost: null, endedAt: new Date().toISOString() },
      ...more,
    };
  }
  const FAIL = { verdict: 'fail', exitCode: 1 } as const;
  const revisionsIn = async (state: string): Promise<string[]> => {
    const names = (await readdir(state)).filter((name) => /^[0-9a-f]{32}\.json$/.test(name));
    const texts = await Promise.all(names.map((name) => readFile(path.join(state, name), 'utf8')));
    return texts.map((text) => (JSON.parse(text) as StoredVerdict).revision).sort();
  };
  /** Has no file of that name be written. @returns Lets it be. */
  async function blocked(state: string, name: string) {
    const next = path.join(state, `${name}.${process.pid}.new`);
    await mkdir(next);
    return () => rmdir(next);
  }

  it('are as many as there may be, and it is told which went', async () => {
    const { state, store, told } = await opened(undefined, 3);
    const at = (minute: number) => ({
      endedAt: new Date(Date.now() - minute * 60_000).toISOString(),
    });
    const fail = verdict('fail', { ...FAIL, ...at(50) });
    await store.keep(fail, '{}');
    await store.keep(verdict('open', { verdict: 'inconclusive', exitCode: 3, ...at(40) }), '{}');
    await store.keep(verdict('pass', at(30)), '{}');
    assert.deepEqual(await revisionsIn(state), ['fail', 'open', 'pass']);
    await store.keep(verdict('new'), '{}');
    assert.deepEqual(await revisionsIn(state), ['fail', 'new', 'open']);
    assert.equal(told.length, 0);
    await store.keep(verdict('second', FAIL), '{}');
    await store.keep(verdict('third', FAIL), '{}');
    await store.keep(verdict('fourth', FAIL), '{}');
    assert.deepEqual(await revisionsIn(state), ['fourth', 'second', 'third']);
    assert.deepEqual(
      told.map(([event, { result }]) => [event, result]),
      [
        ['verdict-forgotten', 'inconclusive'],
        ['verdict-forgotten', 'fail'],
      ],
    );
    assert.equal(await store.find(fail.id), null);
    const records = (await readdir(state)).filter((name) => name.endsWith('.record.json'));
    assert.equal(records.length, 3);
    await store.close();
  });

  it('hold although they could not be written, and are written as soon as they can be', async () => {
    const { state, store, told } = await opened();
    const fail = verdict('full', FAIL);
    for (const name of [`${fail.id}.record.json`, `${fail.id}.json`]) {
      const unblock = await blocked(state, name);
      assert.deepEqual(await store.keep(fail, '{"a":1}'), fail);
      assert.deepEqual([store.isUnsaved, await store.save()], [true, false]);
      assert.deepEqual(await store.find(fail.id), fail);
      assert.equal(await store.record(fail.id), '{"a":1}');
      assert.deepEqual(await store.keep(verdict('full'), '{}'), fail, 'a fail holds');
      assert.ok(told.every(([event]) => event === 'verdict-unsaved'));
      assert.equal(told.at(-1)?.[1].revision, 'full');
      await unblock();
    }
    assert.deepEqual([await store.save(), store.isUnsaved], [true, false]);
    await store.close();
    const again = await opened(state);
    assert.deepEqual(await again.store.find(fail.id), fail);
    await again.store.close();
  });

  it('are told where they are lost with the end of the service', async () => {
    const { state, store, told } = await opened();
    const fail = verdict('lost', FAIL);
    const unblock = await blocked(state, `${fail.id}.json`);
    await store.keep(fail, '{}');
    await store.close();
    const { id, scenario, revision, step } = fail;
    assert.deepEqual(told.at(-1), [
      'verdict-lost',
      { id, scenario, revision, step, result: 'fail' },
    ]);
    await unblock();
  });

  it('are lost where another gate has taken the folder, and replace none of its own', async () => {
    const { state, store, told } = await opened();
    const pass = verdict('held');
    const unblock = await blocked(state, `${pass.id}.json`);
    await store.keep(pass, '{}');
    await unblock();
    await writeFile(path.join(state, 'gate.lock'), 'of another gate');
    const others = JSON.stringify(verdict('held', FAIL));
    await writeFile(path.join(state, `${pass.id}.json`), others);
    assert.equal(await store.save(), false);
    await store.close();
    assert.deepEqual(
      told.slice(-2).map(([event]) => event),
      ['verdict-unsaved', 'verdict-lost'],
    );
    assert.equal(await readFile(path.join(state, `${pass.id}.json`), 'utf8'), others);
  });

  it('that cannot be read are neither answered nor replaced, and others are', async () => {
    const { state, store } = await opened();
    const fail = verdict('harmed', FAIL);
    const other = verdict('other', FAIL);
    await store.keep(fail, '{}');
    await store.keep(other, '{}');
    await store.close();
    const file = path.join(state, `${fail.id}.json`);
    const whole = await readFile(file, 'utf8');
    const harmed = [
      '',
      whole.slice(0, 40),
      '\0'.repeat(100),
      'null',
      '[]',
      whole.replace('"fail"', '"fine"'),
      JSON.stringify(other),
    ];
    for (const text of harmed) {
      await writeFile(file, text);
      const { store: again, told } = await opened(state, 1);
      assert.deepEqual(
        told.map(([event, { problem }]) => [event, String(problem).includes(file)]),
        [['verdict-unreadable', true]],
      );
      await assert.rejects(again.find(fail.id), (error: Error) => {
        return error instanceof InputError && error.message.startsWith(`${file}: it is no verdict`);
      });
      await assert.rejects(again.keep(verdict('harmed'), '{}'), InputError);
      assert.deepEqual(await again.find(other.id), other);
      assert.equal(await readFile(file, 'utf8'), text);
      await again.close();
    }
    await rm(file);
    // Nobody is told to remove what may be whole.
    await mkdir(file);
    const { store: unread } = await opened(state);
    await assert.rejects(unread.find(fail.id), (error: Error) => {
      return error instanceof InputError && error.message.includes(' cannot be read (EISDIR), ');
    });
    await unread.close();
    await rmdir(file);
    const { store: forgotten } = await opened(state);
    assert.equal(await forgotten.find(fail.id), null);
    await forgotten.close();
  });

  it('leave nothing that was half written, and nothing of what was removed', async () => {
    const { state, store } = await opened();
    const kept = verdict('kept', FAIL);
    await store.keep(kept, '{}');
    await store.close();
    const { id } = verdict('half');
    for (const name of [`${id}.json.7.new`, `${id}.record.json.7.new`, `${id}.record.json`]) {
      await writeFile(path.join(state, name), '{"schema":"splitproof/ga');
    }
    await writeFile(path.join(state, 'notes.txt'), 'of somebody');
    const again = await opened(state);
    assert.deepEqual((await readdir(state)).sort(), [
      ...[`${kept.id}.json`, `${kept.id}.record.json`, 'gate.lock', 'notes.txt'].sort(),
    ]);
    assert.deepEqual(again.told, []);
    assert.equal(await again.store.find(id), null);
    await again.store.close();
  });

  it('are not forgotten because their folder is gone', async () => {
    const { state, store } = await opened();
    const fail = verdict('gone', FAIL);
    await store.keep(fail, '{}');
    await rm(state, { recursive: true });
    await assert.rejects(store.find(fail.id), InputError);
    await assert.rejects(store.keep(verdict('next'), '{}'), InputError);
    await store.close();
  });

  it('are forgotten one by one by who removes their files', async () => {
    const { state, store } = await opened();
    const fail = verdict('removed', FAIL);
    await store.keep(fail, '{}');
    await rm(path.join(state, `${fail.id}.json`));
    assert.equal(await store.find(fail.id), null);
    await store.close();
  });

  it('need a folder that can be written to', async () => {
    const file = path.join(root, 'a-file');
    await writeFile(file, '');
    await assert.rejects(opened(path.join(file, 'state')), (error: Error) => {
      return error instanceof InputError && error.message.includes('verdicts cannot be kept in it');
    });
  });
});
