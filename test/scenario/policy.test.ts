import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { InputError } from '../../src/input-error.js';
import { requireTolerated } from '../../src/run/tolerance-limits.js';
import { gentlenessTo, paceNote } from '../../src/run/gentleness.js';
import { parsePolicy } from '../../src/scenario/policy.js';
import { policyJsonSchema, policySchema } from '../../src/scenario/policy-schema.js';
import { runLimits } from '../../src/scenario/run-limits.js';
import { scenarioOf } from '../../src/scenario/scenario.js';
import type { Settings } from '../../src/scenario/schema.js';
import { underPolicies } from '../../src/scenario/under-policy.js';
import { ROOT } from '../fixtures/command.js';

const POLICY = `# Bounds of the gate
allow-target:
  - '*.staging.example.com'
  - 10.0.0.0/8
rps: 200
connections: 16
alpha: 0.0005
tolerance: 3pp
max-error-rate: 0.5%
inconclusive: fail
`;

function under(settings: Settings, text = POLICY): Settings {
  return underPolicies(settings, [parsePolicy(text, 'policy.yaml')]);
}

function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof InputError);
    return error.message;
  }
  assert.fail('nothing was refused');
}

describe('a policy', () => {
  it('is YAML or JSON', () => {
    const { bounds } = parsePolicy(POLICY, 'policy.yaml');
    assert.deepEqual(bounds['allow-target'], ['*.staging.example.com', '10.0.0.0/8']);
    assert.deepEqual(parsePolicy('{"rps": 20, "allow-target": "gw"}', 'p.json').bounds, {
      rps: 20,
      'allow-target': ['gw'],
    });
  });

  it('says where it is wrong', () => {
    for (const [text, message] of [
      [
        'rps: 1\nrate: 5\n',
        /^p\.yaml:2: "rate" is nothing that a policy bounds: there are allow-target, /,
      ],
      ['rps: -1\n', /^p\.yaml:1: rps: write a number of requests per second above 0$/],
      ['\nalpha: 2\n', /^p\.yaml:2: alpha: write a number between 0 and 1$/],
      [
        'tolerance: v1=2pp\n',
        /^p\.yaml:1: tolerance: write a tolerance with its unit, such as 5pp or 10%$/,
      ],
      ['max-error-rate: v2=1%\n', /^p\.yaml:1: max-error-rate: write an error rate/],
      ['inconclusive: maybe\n', /^p\.yaml:1: inconclusive: /],
      ['allow-target: []\n', /^p\.yaml:1: allow-target: /],
      [
        'rps: 1\nallow-target: [gw, "http://gw"]\n',
        /^p\.yaml:2: allow-target: "http:\/\/gw" is no target/,
      ],
      ['- rps\n', /^p\.yaml:1: a policy is a map of bounds/],
      ['rps: [', /^p\.yaml:\d: not YAML/],
    ] as [string, RegExp][]) {
      assert.match(
        messageOf(() => parsePolicy(text, 'p.yaml')),
        message,
      );
    }
  });

  it('has a JSON Schema; node scripts/scenario-schema.mjs writes it', () => {
    const committed: unknown = JSON.parse(
      readFileSync(path.join(ROOT, 'scenarios/policy.schema.json'), 'utf8'),
    );
    assert.deepEqual(JSON.parse(JSON.stringify(policyJsonSchema())), committed);
    const { properties } = policyJsonSchema() as { properties: Record<string, unknown> };
    assert.deepEqual(Object.keys(properties), Object.keys(policySchema.shape));
  });
});

describe('settings under a policy', () => {
  it('take its bounds where they say nothing', () => {
    const { alpha, inconclusive, connections, tolerance, ...rest } = under({});
    assert.deepEqual([alpha, inconclusive, connections, tolerance], [0.0005, 'fail', 16, '3pp']);
    assert.equal(rest['max-error-rate'], '0.005');
  });

  it('keep what is usual where that is less', () => {
    const loose = under(
      {},
      'alpha: 0.05\ntolerance: 10pp\nmax-error-rate: 5%\nconnections: 100\ninconclusive: pass\n',
    );
    assert.deepEqual(
      [loose.alpha, loose.tolerance, loose['max-error-rate'], loose.inconclusive],
      [0.001, '5pp', '0.01', 'report'],
    );
    assert.equal(loose.connections, undefined);
    assert.equal(under({}, 'tolerance: 10%').tolerance, '10%');
  });

  it('stay as they are where they ask for less', () => {
    const strict: Settings = { alpha: 0.0001, inconclusive: 'fail', connections: 8, rps: 50 };
    const { alpha, inconclusive, connections, rps } = under(strict);
    assert.deepEqual({ alpha, inconclusive, connections, rps }, strict);
    assert.equal(under({ 'max-error-rate': 'v2=0.1%' })['max-error-rate'], '0.005,v2=0.001');
  });

  it('are refused where they ask for more, with the line of the policy', () => {
    for (const [settings, message] of [
      [
        { alpha: 0.001 },
        /^policy\.yaml:7: alpha: an alpha of at most 0\.0005 is allowed, and 0\.001 /,
      ],
      [{ inconclusive: 'report' }, /^policy\.yaml:10: inconclusive: .*"report" is asked for/],
      [{ connections: 17 }, /^policy\.yaml:6: connections: at most 16 is allowed, and 17/],
      [{ rps: 201 }, /^policy\.yaml:5: rps: at most 200 requests per second is allowed, and 201/],
      [{ pace: 201 }, /^policy\.yaml:5: rps: /],
      [{ pace: 'max' }, /^policy\.yaml:5: rps: .*no limit \(--pace max\)/],
      [{ 'max-error-rate': '0.6%' }, /^policy\.yaml:9: max-error-rate: at most 0\.5% .*0\.6%/],
      [{ 'max-error-rate': 'v2=1%' }, /^policy\.yaml:9: max-error-rate: /],
      [{ calls: [{ call: 'a.A/B', 'max-error-rate': '1%' }] }, /^policy\.yaml:9: max-error-rate: /],
    ] as [Settings, RegExp][]) {
      assert.match(
        messageOf(() => under(settings)),
        message,
        JSON.stringify(settings),
      );
    }
  });

  it('obey every one of several', () => {
    const strict = parsePolicy('alpha: 0.0001', 'strict.yaml');
    const loose = parsePolicy('alpha: 0.01', 'loose.yaml');
    for (const both of [
      [strict, loose],
      [loose, strict],
    ]) {
      assert.equal(underPolicies({}, both).alpha, 0.0001);
      assert.match(
        messageOf(() => underPolicies({ alpha: 0.001 }, both)),
        /^strict\.yaml:1: alpha/,
      );
    }
  });
});

describe('tolerances under a policy', () => {
  const destinations = [
    { name: 'v1', weight: 90 },
    { name: 'v2', weight: 10 },
  ];
  const bound = (value: string) => [{ value, place: { file: 'policy.yaml', line: 8 } }];

  it('are compared as shares, whatever they are written in', () => {
    for (const [asked, most] of [
      ['3pp', '3pp'],
      ['10%', '9pp'],
      ['2pp', '20%'],
      ['v1=2pp,v2=1pp', '3pp'],
      // Never more than half of a weight, or of what it leaves: 5 points for either.
      ['50pp', '5pp'],
      ['0', '0'],
    ] as const) {
      requireTolerated(asked, bound(most), destinations);
    }
    for (const [asked, most] of [
      ['3.1pp', '3pp'],
      ['5pp', '10%'],
      ['v1=2pp', '3pp'],
      ['2pp', '0'],
    ] as const) {
      assert.match(
        messageOf(() => {
          requireTolerated(asked, bound(most), destinations);
        }),
        /^policy\.yaml:8: a tolerance of at most/,
        `${asked} under ${most}`,
      );
    }
  });

  it('of 0 show less than any, and are refused under one', () => {
    assert.throws(() => {
      requireTolerated('0', bound('3pp'), destinations);
    }, InputError);
  });
});

describe('the rate under a policy', () => {
  const limits = runLimits([parsePolicy(POLICY, 'policy.yaml')], []);
  const scenario = (settings: Settings, command: 'verify' | 'bench' = 'verify') =>
    scenarioOf(
      { target: ':1', plaintext: true, call: 'a.A/B', weights: 'v1=1,v2=1', ...settings },
      command,
      limits,
    );

  it('holds in every closed loop, on loopback and for load tests', () => {
    for (const [one, isLoopback] of [
      [scenario({}), true],
      [scenario({}), false],
      [scenario({ concurrency: 500 }), false],
      [scenario({ over: '1s' }), true],
      [scenario({}, 'bench'), true],
    ] as const) {
      assert.equal(gentlenessTo(one, 3000, isLoopback).atMostPerSecond, 200);
    }
    assert.equal(gentlenessTo(scenario({ pace: 20 }), 3000, false).atMostPerSecond, 20);
  });

  it('is said before, with the place that sets it', () => {
    const note = paceNote(scenario({}), { atMostPerSecond: 200 }, 400);
    assert.equal(
      note,
      'note: at most 200 requests per second, about 2 s for 400, as policy.yaml:5: rps bounds them',
    );
    assert.equal(paceNote(scenario({ pace: 200 }), { atMostPerSecond: 200 }, 400), null);
  });
});
