import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { reasonsOf } from '../../fixtures/command.js';
import { only, WEIGHTS_60_40 } from '../findings/greeter-runs.js';
import { around, hangsTogether, PACED, recordOf, saysThatWeightsChanged } from './time-runs.js';

/** Twice what is planned. */
const ENOUGH = [...WEIGHTS_60_40, '-n', '6600'];

describe('a gateway whose split changes with time', () => {
  for (const points of [20, 10]) {
    it(`never passes where it drifts by ${2 * points} points, right on average`, async () => {
      const { from, to } = around(points);
      const weightChange = { kind: 'drift', to, overRequests: 6600 } as const;
      const record = await recordOf({ weightChange }, ENOUGH, from);
      hangsTogether(record);
      saysThatWeightsChanged(record);
    });
  }

  it('never passes where it swings too fast for any block to show it', async () => {
    const { from, to } = around(20);
    const weightChange = { kind: 'periodic', to, periodRequests: 100 } as const;
    const record = await recordOf({ weightChange }, ENOUGH, from);
    hangsTogether(record);
    assert.match(reasonsOf(record), /neighbours are alike [\d.]+ standard deviations more often/);
  });

  for (const meanRequests of [8, 32]) {
    it(`never passes where a draw holds for ${meanRequests} requests, of whatever connection`, async () => {
      hangsTogether(await recordOf({ draws: { kind: 'runs', meanRequests } }, ENOUGH));
    });
  }

  for (const [pace, args] of [
    ['as fast as it can', ENOUGH],
    ['at a pace', PACED],
  ] as const) {
    it(`never passes where the clock chooses, asked ${pace}`, async () => {
      const record = await recordOf({ draws: { kind: 'slots', slotMs: 10 } }, args);
      // Few slots may happen to be off by so much that this fails.
      assert.notEqual(record.verdict, 'pass', reasonsOf(record));
    });
  }
});

describe('a gateway that takes turns', () => {
  for (const [name, options] of [
    ['with one counter', {}],
    ['with four, out of phase', { gateways: { count: 4, connections: 'in-turn' } }],
    ['with eight, out of phase', { gateways: { count: 8, connections: 'in-turn' } }],
  ] as const) {
    it(`still passes ${name}`, async () => {
      const { record } = await only('deterministic-balancing', () =>
        recordOf({ draws: { kind: 'in-turn' }, ...options }, ENOUGH),
      );
      assert.equal(record.verdict, 'pass', reasonsOf(record));
    });
  }
});
