import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InputError } from '../../src/input-error.js';
import { overlaid } from '../../src/scenario/call-list.js';
import { type Pace, paceOf } from '../../src/scenario/pace.js';
import { type Settings, settingsSchema } from '../../src/scenario/schema.js';
import { scenarioOf } from '../../src/scenario/scenario.js';

describe('the pace that settings ask for', () => {
  const cases: [Settings, Pace][] = [
    [{}, { kind: 'gentle' }],
    [{ requests: 5000, connections: 8, duration: '10s', workers: 2 }, { kind: 'gentle' }],
    [{ rps: 1000 }, { kind: 'unlimited' }],
    [{ concurrency: 64 }, { kind: 'unlimited' }],
    [{ pace: 'max' }, { kind: 'max' }],
    [
      { pace: 50, concurrency: 10 },
      { kind: 'rate', requestsPerSecond: 50 },
    ],
    [
      { over: '1m', concurrency: 10 },
      { kind: 'over', durationMs: 60_000 },
    ],
  ];
  for (const [settings, pace] of cases) {
    it(JSON.stringify(settings), () => {
      assert.deepEqual(paceOf(settings), pace);
    });
  }

  it('is said once', () => {
    for (const [settings, words] of [
      [{ over: '60s', rps: 10 }, /--over: it and --rps both/],
      [{ over: '60s', pace: 'max' }, /--over: it and --pace both/],
      [{ over: '60s', duration: '10s' }, /--over: it and --duration both/],
      [{ pace: 100, rps: 10 }, /--pace: it and --rps both/],
    ] as [Settings, RegExp][]) {
      assert.throws(
        () => paceOf(settings),
        (error) => error instanceof InputError && words.test(error.message),
        JSON.stringify(settings),
      );
    }
  });

  it('of a file gives way to flags that say it in another way', () => {
    const cases: [file: Settings, flags: Settings, Settings][] = [
      [{ over: '60s' }, { pace: 'max' }, { pace: 'max' }],
      [{ pace: 50, seed: 3 }, { over: '60s' }, { over: '60s', seed: 3 }],
      [{ rps: 50 }, { over: '60s' }, { over: '60s' }],
      [{ over: '60s' }, { rps: 50 }, { rps: 50 }],
      [{ over: '60s' }, { duration: '5s' }, { duration: '5s' }],
      [{ duration: '5s' }, { over: '60s' }, { over: '60s' }],
      [{ pace: 50 }, { concurrency: 8 }, { pace: 50, concurrency: 8 }],
      [{ duration: '5s', rps: 5 }, { pace: 9 }, { duration: '5s', pace: 9 }],
    ];
    for (const [file, flags, expected] of cases) {
      assert.deepEqual(overlaid(file, flags), expected);
    }
  });

  it('is a number above 0, or max', () => {
    for (const pace of [0, -1, 'fast', '', Infinity]) {
      assert.equal(settingsSchema.safeParse({ pace }).success, false, String(pace));
    }
    assert.equal(settingsSchema.safeParse({ over: '0s' }).success, false);
  });

  it('is no matter of a load test', () => {
    const { load } = scenarioOf(
      { target: ':80', plaintext: true, call: 'a.B/C', over: '60s' },
      'bench',
    );
    assert.deepEqual(load.pace, { kind: 'unlimited' });
  });
});
