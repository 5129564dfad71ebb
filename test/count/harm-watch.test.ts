import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NOBODY } from '../../src/count/attribution.js';
import { type HarmSeen, HarmWatch } from '../../src/count/harm-watch.js';

/** Ends requests one after the other. @returns What was told, and after how many requests. */
function watched(
  requests: Iterable<[call: number, destination: number, isFailure: boolean]>,
): { seen: HarmSeen; after: number }[] {
  const told: { seen: HarmSeen; after: number }[] = [];
  let ended = 0;
  const watch = new HarmWatch(2, (seen) => told.push({ seen, after: ended }));
  for (const [call, destination, isFailure] of requests) {
    ended += 1;
    watch.ended(call, destination, isFailure);
  }
  return told;
}

function* repeated(
  times: number,
  pattern: readonly [call: number, destination: number, isFailure: boolean][],
): Generator<[number, number, boolean]> {
  for (let time = 0; time < times; time++) yield* pattern;
}

describe('HarmWatch', () => {
  it('sees a destination that answers nothing but errors 20 times in a row', () => {
    // Two of three are answered by another one.
    const told = watched(
      repeated(30, [
        [0, 0, false],
        [0, 0, false],
        [0, 1, true],
      ]),
    );
    assert.deepEqual(told, [{ seen: { call: 0, destination: 1 }, after: 60 }]);
  });

  it('begins again with each answer that is OK', () => {
    const nineteen = [...repeated(19, [[0, 1, true]]), ...repeated(81, [[0, 0, false]])];
    const told = watched([...nineteen, [0, 1, false], ...nineteen, [0, 1, true]]);
    assert.deepEqual(told, [{ seen: { call: 0, destination: 1 }, after: 202 }]);
    assert.equal(watched([...nineteen, [0, 1, false], ...nineteen]).length, 0);
  });

  it('tells the calls of a destination apart', () => {
    const both: [number, number, boolean][] = [
      [0, 1, true],
      [1, 1, false],
      [1, 0, false],
    ];
    assert.deepEqual(
      watched(repeated(20, both)).map(({ seen }) => seen),
      [{ call: 0, destination: 1 }],
    );
  });

  it('sees more than half of the last 100 fail, whoever it was', () => {
    const failing = watched(repeated(60, [[0, NOBODY, true]]));
    assert.deepEqual(failing, [{ seen: { call: 0, destination: NOBODY }, after: 51 }]);
    // Good ones before are forgotten after 100.
    const later = watched([
      ...repeated(1000, [[0, 0, false]]),
      ...repeated(60, [[0, NOBODY, true]]),
    ]);
    assert.deepEqual(later, [{ seen: { call: 0, destination: NOBODY }, after: 1051 }]);
  });

  it('does not mind half of them', () => {
    const half = repeated(500, [
      [0, NOBODY, true],
      [0, 0, false],
    ]);
    assert.deepEqual(watched(half), []);
  });
});
