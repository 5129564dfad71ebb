import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InputError } from '../../src/input-error.js';
import { callList, overlaid } from '../../src/scenario/call-list.js';
import { parseScenario } from '../../src/scenario/scenario-file.js';
import type { Settings } from '../../src/scenario/schema.js';

const TWO: Settings = {
  target: 'localhost:8080',
  tolerance: '5pp',
  calls: [{ call: 'a.A/One' }, { call: 'b.B/Two', tolerance: '2pp', data: { x: 1 } }],
};

describe('several calls', () => {
  it('have what is their own, and what the run says where they have nothing', () => {
    assert.deepEqual(callList(TWO), [
      { target: 'localhost:8080', tolerance: '5pp', call: 'a.A/One' },
      { target: 'localhost:8080', tolerance: '2pp', call: 'b.B/Two', data: { x: 1 } },
    ]);
  });

  it('are one call or a list', () => {
    assert.equal(callList({ call: 'a.A/One' }).length, 1);
    assert.throws(() => callList({ ...TWO, call: 'a.A/One' }), InputError);
  });
});

describe('flags over a scenario', () => {
  it('override each of its calls', () => {
    const settings = overlaid(TWO, { tolerance: '3pp' });
    assert.deepEqual(
      callList(settings).map(({ tolerance }) => tolerance),
      ['3pp', '3pp'],
    );
    assert.deepEqual(settings.calls?.[1]?.data, { x: 1 });
  });

  it('pick one of its calls by name', () => {
    assert.deepEqual(overlaid(TWO, { call: 'b.B/Two' }).calls, [TWO.calls![1]]);
  });

  it('put another call, or other calls, in their place', () => {
    const one = overlaid(TWO, { call: 'c.C/Three' });
    assert.deepEqual([one.call, one.calls, one.tolerance], ['c.C/Three', undefined, '5pp']);
    const calls = [{ call: 'c.C/Three' }, { call: 'd.D/Four' }];
    assert.deepEqual(overlaid(TWO, { calls }).calls, calls);
    const list = overlaid({ call: 'a.A/One', tolerance: '5pp' }, { calls });
    assert.deepEqual(
      callList(list).map(({ call, tolerance }) => [call, tolerance]),
      [
        ['c.C/Three', '5pp'],
        ['d.D/Four', '5pp'],
      ],
    );
  });

  it('leave a scenario of one call as it was', () => {
    assert.deepEqual(overlaid({ call: 'a.A/One', data: 1 }, { seed: 2 }), {
      call: 'a.A/One',
      data: 1,
      seed: 2,
    });
  });
});

describe('a list of calls with mistakes', () => {
  const cases: [yaml: string, message: RegExp][] = [
    ['calls:\n- call: a.A/One\n  dta: 1\n', /^s\.yaml:3: "dta" is not a setting of a call/],
    ['calls:\n- call: a.A/One\n  tolerances: 1\n', /^s\.yaml:3: .*did you mean "tolerance"/],
    ['calls:\n- call: a.A/One\n- data: 1\n', /^s\.yaml:3: calls\[1\]: say what to call/],
    ['calls: []\n', /^s\.yaml:1: calls: name at least one call/],
    ['calls:\n- call: a.A/One\n  tolerance: [1]\n', /^s\.yaml:3: calls\[0\]\.tolerance: write a/],
  ];
  for (const [yaml, message] of cases) {
    it(yaml.trim().replaceAll('\n', ' '), () => {
      assert.throws(
        () => parseScenario(yaml, 's.yaml'),
        (error) => error instanceof InputError && message.test(error.message),
      );
    });
  }
});
