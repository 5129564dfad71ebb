import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InputError } from '../../src/input-error.js';
import { callList, onlyCall, overlaid } from '../../src/scenario/call-list.js';
import { parseLabels } from '../../src/scenario/labels.js';
import { parseScenario } from '../../src/scenario/scenario-file.js';
import type { Settings } from '../../src/scenario/schema.js';

const refused = (action: () => unknown, message: RegExp): void => {
  assert.throws(action, (error) => error instanceof InputError && message.test(error.message));
};

describe('labels of the command line', () => {
  it('are what stands behind the first equals sign', () => {
    assert.deepEqual(parseLabels(['commit=4f2a9c1', 'app.kubernetes.io/name=a=b', 'empty=']), {
      commit: '4f2a9c1',
      'app.kubernetes.io/name': 'a=b',
      empty: '',
    });
  });

  for (const [texts, message] of [
    [['commit'], /^--label: write KEY=VALUE, such as commit=4f2a9c1/],
    [['=x'], /^--label: write KEY=VALUE/],
    [['1st=x'], /begin a label with a letter/],
    [['__proto__=x'], /begin a label with a letter/],
    [['a b=x'], /begin a label with a letter/],
    [['a=1', 'a=2'], /^--label: "a" stands there twice/],
    [[`a=${'x'.repeat(257)}`], /at most 256 characters/],
    [Array.from({ length: 33 }, (_, at) => `l${at}=x`), /at most 32 labels/],
  ] as const) {
    it(`are refused: ${texts.join(' ').slice(0, 30)}`, () => {
      refused(() => parseLabels(texts), message);
    });
  }

  it('are laid over those of the file one by one', () => {
    const file = { labels: { commit: 'a', team: 'shop' }, call: 'a.A/One' };
    const { labels } = overlaid(file, { labels: { commit: 'b' } });
    assert.deepEqual(labels, { commit: 'b', team: 'shop' });
  });
});

const NAMED: Settings = {
  name: 'shop',
  labels: { team: 'shop' },
  calls: [
    { call: 'a.A/One', name: 'pay', labels: { tier: '1' } },
    { call: 'a.A/One', name: 'pay again' },
    { call: 'b.B/Two' },
  ],
};

/** Which calls are picked, by what tells them apart. */
function picked(flags: Settings): (string | undefined)[] {
  return callList(overlaid(NAMED, flags)).map(({ callName, call }) => callName ?? call);
}

describe('calls of a scenario', () => {
  it('have names and labels of their own, beside those of the run', () => {
    const [first, , third] = callList(NAMED);
    assert.deepEqual([first!.name, first!.callName], ['shop', 'pay']);
    assert.deepEqual([first!.labels, first!.callLabels], [{ team: 'shop' }, { tier: '1' }]);
    assert.equal(third!.callName, undefined);
  });

  it('are picked by name, number or method', () => {
    assert.deepEqual(picked({ call: 'pay again' }), ['pay again']);
    assert.deepEqual(picked({ call: '1' }), ['pay']);
    assert.deepEqual(picked({ call: '#3' }), ['b.B/Two']);
    assert.deepEqual(picked({ call: 'a.A/One' }), ['pay', 'pay again']);
    assert.deepEqual(picked({ calls: [{ call: '3' }, { call: 'pay' }] }), ['pay', 'b.B/Two']);
    assert.deepEqual(picked({ call: 'c.C/Three' }), ['c.C/Three']);
  });

  it('that are not there are told with those that are', () => {
    const all =
      /^--call: the scenario has no call "\w+": choose by number or name, of 1 pay \(a\.A\/One\), 2 pay again \(a\.A\/One\), 3 b\.B\/Two/;
    refused(() => overlaid(NAMED, { call: '4' }), all);
    refused(() => overlaid(NAMED, { call: 'refund' }), all);
    refused(() => overlaid(NAMED, { calls: [{ call: 'pay' }, { call: 'refund' }] }), all);
  });

  it('are one where one is asked for, or all are told', () => {
    assert.equal(onlyCall(overlaid(NAMED, { call: '2' })).callName, 'pay again');
    refused(() => onlyCall(NAMED), /choose one by its number or name, of 1 pay \(a\.A\/One\), 2/);
  });

  for (const [yaml, message] of [
    [
      'calls:\n- call: a.A/One\n  name: "2"\n',
      /^s\.yaml:3: calls\[0\]\.name: a name of a call has/,
    ],
    [
      'calls:\n- call: a.A/One\n  name: a/b\n',
      /^s\.yaml:3: calls\[0\]\.name: a name of a call has/,
    ],
    ['labels: {1st: x}\n', /begin a label with a letter/],
    ['labels: {commit: 1}\n', /^s\.yaml:1: labels\.commit: write a text/],
    ['labels: {commit: a, commit: b}\n', /^s\.yaml:1: not YAML: /],
  ] as const) {
    it(`are refused: ${yaml.trim().replaceAll('\n', ' ')}`, () => {
      refused(() => parseScenario(yaml, 's.yaml'), message);
    });
  }

  it('have a name alone', () => {
    const calls = [
      { call: 'a.A/One', name: 'pay' },
      { call: 'b.B/Two', name: 'pay' },
    ];
    refused(() => callList({ calls }), /^calls\[1\]\.name: calls\[0\] is called "pay" already/);
  });
});
