import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { RunQueue } from '../../src/gate/run-queue.js';

const refused = (): string => 'refused';
const soon = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('a queue of runs', () => {
  it('runs one at a time, in order, whatever becomes of them; and each key once at a time', async () => {
    const plan = fc.array(fc.record({ key: fc.integer({ min: 0, max: 5 }), fails: fc.boolean() }), {
      maxLength: 30,
    });
    await fc.assert(
      fc.asyncProperty(plan, fc.integer({ min: 1, max: 4 }), async (tasks, most) => {
        const queue = new RunQueue<string>(most, refused);
        let running = 0;
        const order: string[] = [];
        const joined: string[] = [];
        const results: Promise<string>[] = [];
        for (const { key, fails } of tasks) {
          const name = String(key);
          const known = queue.find(name);
          const task = queue.join(name, async () => {
            running += 1;
            assert.equal(running, 1);
            order.push(name);
            await soon();
            running -= 1;
            if (fails) throw new Error('as planned');
            return name;
          });
          assert.ok(queue.waiting <= most);
          if (known !== null) assert.equal(task, known);
          else if (task !== null) joined.push(name);
          if (task !== null) results.push(task.result);
          if (key === 0) await soon();
        }
        await Promise.allSettled(results);
        assert.deepEqual(order, joined);
        assert.deepEqual([queue.waiting, queue.running], [0, 0]);
      }),
    );
  });

  it('refuses those that wait when it is closed, waits for the one that runs, and takes no more', async () => {
    const queue = new RunQueue<string>(2, refused);
    let end: (text: string) => void = () => undefined;
    const first = queue.join('a', () => new Promise((resolve) => (end = resolve)));
    const second = queue.join('b', () => Promise.resolve('never'));
    await soon();
    const closed = queue.close();
    assert.equal(await second!.result, 'refused');
    assert.equal(
      queue.join('c', () => Promise.resolve('never')),
      null,
    );
    end('done');
    assert.equal(await first!.result, 'done');
    await closed;
    assert.equal(queue.running, 0);
  });
});
