import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { reasonsOf } from '../../fixtures/command.js';
import { type Pods, startPods } from '../../fixtures/greeters.js';
import { WEIGHTS_60_40 } from '../findings/greeter-runs.js';
import { byTheClock, runThroughChanging } from './changing-envoy.js';
import { around, hangsTogether, recordOf } from './time-runs.js';

const SEQUENTIAL = [...WEIGHTS_60_40, '--sequential'];

describe('a sequential run', () => {
  for (const [name, options, weights] of [
    [
      'drift',
      { weightChange: { kind: 'drift', to: around(20).to, overRequests: 3300 } },
      around(20).from,
    ],
    [
      'swing',
      { weightChange: { kind: 'periodic', to: around(30).to, periodRequests: 100 } },
      around(30).from,
    ],
    ['hang together in runs', { draws: { kind: 'runs', meanRequests: 8 } }, around(0).from],
    ['follow the clock', { draws: { kind: 'slots', slotMs: 10 } }, around(0).from],
  ] as const) {
    it(`does not stop with a pass where draws ${name}`, async () => {
      const record = await recordOf(options, SEQUENTIAL, weights);
      assert.notEqual(record.verdict, 'pass', reasonsOf(record));
    });
  }

  it('takes all it may where answers hang together, and says that they do', async () => {
    const { from, to } = around(30);
    const weightChange = { kind: 'periodic', to, periodRequests: 100 } as const;
    const record = await recordOf({ weightChange }, [...SEQUENTIAL, '-n', '6000'], from);
    assert.equal(record.load.sent, 6000);
    hangsTogether(record);
  });

  it('still passes early where turns are taken', async () => {
    const record = await recordOf({ draws: { kind: 'in-turn' } }, SEQUENTIAL);
    assert.equal(record.verdict, 'pass', reasonsOf(record));
    assert.equal(record.stopped?.code, 'sequential');
  });

  describe('through the real Envoy', () => {
    const PACED = [...SEQUENTIAL, '-r', '3000', '-n', '6600'];
    let pods: Pods;
    before(async () => {
      pods = await startPods('greeter', ['v1', 'v2']);
    });
    after(() => pods.close());

    it('does not stop with a pass where all of a moment goes to one destination', async () => {
      const record = await runThroughChanging(pods, byTheClock(), PACED);
      assert.notEqual(record.verdict, 'pass', reasonsOf(record));
    });

    it('does not stop with a pass where weights swing', async () => {
      const swing = (ms: number): number => (ms % 100 < 50 ? 90 : 30);
      const record = await runThroughChanging(pods, swing, PACED);
      assert.notEqual(record.verdict, 'pass', reasonsOf(record));
    });
  });
});
