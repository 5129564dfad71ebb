import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Gentleness, gentlenessTo, paceNote } from '../../src/run/gentleness.js';
import { waitPlan } from '../../src/run/sample.js';
import { type LoadingCommand, type Scenario, scenarioOf } from '../../src/scenario/scenario.js';
import type { Settings } from '../../src/scenario/schema.js';
import { PLAN } from './prepared-run.js';

function scenario(settings: Settings, command: LoadingCommand = 'verify'): Scenario {
  const call = 'helloworld.Greeter/SayHello';
  return scenarioOf(
    { target: ':8080', plaintext: true, call, weights: 'v1=60,v2=40', ...settings },
    command,
  );
}

describe('how gently a target is loaded', () => {
  const AWAY: Gentleness = { atMostPerSecond: 500, stopsOnHarm: true };
  const cases: [what: string, Settings, isLoopback: boolean, Gentleness][] = [
    ['500 per second away from loopback', {}, false, AWAY],
    ['as fast as it goes on loopback', {}, true, { atMostPerSecond: null, stopsOnHarm: false }],
    ['-c lifts the pace', { concurrency: 64 }, false, { ...AWAY, atMostPerSecond: null }],
    ['so does -r', { rps: 2000 }, false, { ...AWAY, atMostPerSecond: null }],
    ['and --pace max', { pace: 'max' }, false, { ...AWAY, atMostPerSecond: null }],
    ['--over divides', { over: '60s' }, false, { ...AWAY, atMostPerSecond: 3000 / 60 }],
    ['on loopback too', { over: '60s' }, true, { atMostPerSecond: 50, stopsOnHarm: false }],
    ['--pace N holds anywhere', { pace: 20 }, true, { atMostPerSecond: 20, stopsOnHarm: false }],
    [
      'errors that are allowed are no harm',
      { 'max-error-rate': '0.5' },
      false,
      {
        ...AWAY,
        stopsOnHarm: false,
      },
    ],
  ];
  for (const [what, settings, isLoopback, expected] of cases) {
    it(what, () => {
      assert.deepEqual(gentlenessTo(scenario(settings), 3000, isLoopback), expected);
    });
  }

  it('a load test finds out what is borne', () => {
    assert.deepEqual(gentlenessTo(scenario({}, 'bench'), null, false), {
      atMostPerSecond: null,
      stopsOnHarm: false,
    });
  });

  it('says a pace that nobody asked for, and how long it takes', () => {
    const note = paceNote(scenario({}), { atMostPerSecond: 500 }, 3089);
    assert.match(
      note!,
      /^note: at most 500 requests per second, about 6\.2 s for 3,089, .*loopback/,
    );
    assert.equal(paceNote(scenario({}), { atMostPerSecond: null }, 3089), null);
    assert.equal(paceNote(scenario({ pace: 50 }), { atMostPerSecond: 50 }, 3089), null);
  });

  it('does not spread the wait for a roll-out as the sample is spread', () => {
    const plan = { ...PLAN, atMostPerSecond: 50 };
    const waiting = (settings: Settings, isLoopback: boolean): number | null =>
      waitPlan(scenario(settings), plan, { isLoopback }).atMostPerSecond;
    assert.equal(waiting({ over: '60s' }, false), 500);
    assert.equal(waiting({ over: '60s' }, true), null);
    assert.equal(waiting({ pace: 50 }, false), 50);
  });
});
