import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InputError } from '../../src/input-error.js';
import { parseDurationMs } from '../../src/scenario/duration.js';
import { parseHeaders } from '../../src/scenario/headers.js';
import { parseScenario, withPathsFrom } from '../../src/scenario/scenario-file.js';
import { parseWeights } from '../../src/scenario/weights.js';
import { scenarioOf } from '../../src/scenario/scenario.js';
import type { Settings } from '../../src/scenario/schema.js';
import { formatTarget, parseTarget } from '../../src/scenario/target.js';
import { parseVia } from '../../src/scenario/via.js';

describe('targets', () => {
  const cases: [string, string, string | null | undefined][] = [
    ['gateway.example.com:8080', 'gateway.example.com:8080', null],
    [':8080', '127.0.0.1:8080', null],
    ['[::1]:50051', '[::1]:50051', null],
    ['unix:/run/envoy.sock', 'unix:/run/envoy.sock', undefined],
    ['unix:///run/envoy.sock', 'unix:/run/envoy.sock', undefined],
    ['dns:///gateway.example.com:8080', 'gateway.example.com:8080', null],
    ['dns:gateway:8080', 'gateway:8080', null],
    ['Bücher.example:80', 'xn--bcher-kva.example:80', null],
    ['http://gateway', 'gateway:80', 'http'],
    ['https://gateway/', 'gateway:443', 'https'],
    ['https://[::1]:8443', '[::1]:8443', 'https'],
  ];
  for (const [text, formatted, scheme] of cases) {
    it(text, () => {
      const target = parseTarget(text);
      assert.equal(formatTarget(target), formatted);
      assert.equal(target.kind === 'tcp' ? target.scheme : undefined, scheme);
    });
  }

  it('refuses what is none', () => {
    for (const text of [
      'xn--\u00fc:80',
      '',
      'gateway',
      'gateway:',
      'gateway:0',
      'gateway:65536',
      'gateway:http',
      '::1:80',
      'a b:80',
      'http://gateway/path',
      'user@gateway:80',
      'xds:///svc',
      'unix:',
      'dns:///gateway',
      'dns://1.1.1.1/gateway:80',
    ]) {
      assert.throws(() => parseTarget(text), InputError, text);
    }
  });
});

describe('a target with a password', () => {
  it('does not print it', () => {
    for (const text of [
      'http://jack:s3cr3t@gateway:80',
      'jack:s3cr3t@gateway:80',
      'http://jack:s3cr3t/5@gateway:80',
      'http://gateway:80/?token=s3cr3t',
    ]) {
      assert.throws(
        () => parseTarget(text),
        (error: InputError) => !error.message.includes('s3cr3t'),
      );
    }
  });
});

describe('durations', () => {
  for (const [text, ms] of [
    ['500ms', 500],
    ['10s', 10_000],
    ['1.5m', 90_000],
    ['1m30s', 90_000],
    ['2h', 7_200_000],
    ['10', undefined],
    ['s', undefined],
    ['-1s', undefined],
    ['1 s', undefined],
  ] as const) {
    it(text, () => {
      assert.equal(parseDurationMs(text), ms);
    });
  }
});

describe('request metadata', () => {
  it('keeps order, lowers names, trims values', () => {
    assert.deepEqual(parseHeaders({ 'X-A': '1' }, ['X-B:  2 ', 'x-c: a:b', 'x-d-bin: AQID']), [
      ['x-a', '1'],
      ['x-b', '2'],
      ['x-c', 'a:b'],
      ['x-d-bin', 'AQID'],
    ]);
  });

  it('refuses what the protocol owns or cannot carry', () => {
    for (const name of ['connection', 'proxy-connection', 'Keep-Alive', 'upgrade']) {
      assert.throws(() => parseHeaders({}, [`${name}: x`]), InputError, name);
    }
    for (const line of [
      'te: x',
      'transfer-encoding: chunked',
      'grpc-timeout: 1S',
      'x y: 1',
      ': 1',
      'x: é',
      'x-bin: *',
    ]) {
      assert.throws(() => parseHeaders({}, [line]), InputError, line);
    }
  });

  it('does not print what may be a secret', () => {
    for (const line of [
      'authorization Bearer s3cr3t',
      'authorization=Bearer s3cr3t:x',
      'authorization: s3cr3t\u0001',
    ]) {
      assert.throws(
        () => parseHeaders({}, [line]),
        (error: InputError) => !error.message.includes('s3cr3t'),
      );
    }
  });
});

describe('weights', () => {
  it('are names and numbers', () => {
    assert.deepEqual(parseWeights('v1=60, v2=40.5'), [
      { name: 'v1', weight: 60 },
      { name: 'v2', weight: 40.5 },
    ]);
    for (const text of ['', 'v1', 'v1=', 'v1=x', 'v1=-1', 'v1=1,v1=2', 'v1=0,v2=0', 'v1=1,']) {
      assert.throws(() => parseWeights(text), InputError, text);
    }
  });

  it('may be a map, in programs and in files', () => {
    const weights = { v1: 60, 'api/v2': 40.5, v3: 0 };
    assert.deepEqual(parseWeights(weights), [
      { name: 'v1', weight: 60 },
      { name: 'api/v2', weight: 40.5 },
      { name: 'v3', weight: 0 },
    ]);
    for (const map of [
      {},
      { v1: 0 },
      { v1: -1, v2: 2 },
      { '': 1 },
      { v1: NaN },
      { v1: Infinity },
    ]) {
      assert.throws(() => parseWeights(map), InputError, JSON.stringify(map));
    }
    const file = 'weights: { v1: 60, v2: 40 }\nprevious:\n  v1: 90\n  v2: 10\n';
    assert.deepEqual(parseScenario(file, 'f.yaml'), {
      weights: { v1: 60, v2: 40 },
      previous: { v1: 90, v2: 10 },
    });
    for (const wrong of ['{ v1: -1 }', '{ v1: many }', '[60, 40]', '60']) {
      assert.throws(() => parseScenario(`weights: ${wrong}\n`, 'f.yaml'), {
        message:
          /^f\.yaml:1: weights(\.v1)?: write weights of 0 or more, such as v1=60,v2=40 or \{v1: 60/,
      });
    }
  });
});

/** Lists of eight times the one before. */
function multiplying(levels: number): string {
  const lists = Array.from({ length: levels }, (_, level) => {
    const items = level === 0 ? 'x,'.repeat(8) : `*a${level - 1},`.repeat(8);
    return `  - &a${level} [${items}]\n`;
  });
  return lists.join('');
}

describe('scenario files', () => {
  it('name settings as flags do, and refuse others with their line', () => {
    assert.deepEqual(parseScenario('target: a:1\nheader: "x: y"\n', 'f'), {
      target: 'a:1',
      header: ['x: y'],
    });
    assert.throws(() => parseScenario('target: a:1\n# c\nRequests: 5\n', 'f.yaml'), {
      message: /^f\.yaml:3: "Requests" is not a setting .*did you mean "requests"/,
    });
    assert.throws(() => parseScenario('target: a:1\nalpha: 2\n', 'f.yaml'), {
      message: /^f\.yaml:2: alpha: /,
    });
    assert.throws(() => parseScenario('mask: [x-a, "x b"]\n', 'f.yaml'), {
      message: /^f\.yaml:1: mask: write the name of a header/,
    });
    for (const authority of ['bücher.example', 'a b']) {
      assert.throws(() => parseScenario(`authority: ${authority}\n`, 'f.yaml'), {
        message: /^f\.yaml:1: authority: write a host in ASCII/,
      });
    }
    assert.throws(() => parseScenario('a: [', 'f.yaml'), { message: /^f\.yaml:\d+: not YAML/ });
    assert.throws(() => parseScenario('a: 1\na: 2\n', 'f.yaml'), {
      message: /^f\.yaml:2: not YAML/,
    });
  });

  it('hold paths relative to themselves', () => {
    const settings = withPathsFrom('scenarios', {
      manifest: ['echo/a.yaml', '/etc/b.yaml', '-'],
      cacert: '../ca.pem',
      previous: 'before.json',
      calls: [{ call: 'a.A/One', previous: 'v1=1,v2=2' }],
    });
    assert.deepEqual(settings, {
      manifest: ['scenarios/echo/a.yaml', '/etc/b.yaml', '-'],
      cacert: 'ca.pem',
      previous: 'scenarios/before.json',
      calls: [{ call: 'a.A/One', previous: 'v1=1,v2=2' }],
    });
  });

  const bombs: [name: string, text: string, message: RegExp][] = [
    ['nest without end', `data: ${'['.repeat(50_000)}`, /^f\.yaml: .*200 deep/],
    ['nest deeply', `data: ${'['.repeat(5_000)}${']'.repeat(5_000)}`, /^f\.yaml: .*200 deep/],
    ['nest deeply, in JSON', `{"data": ${'{"a":'.repeat(300)}1${'}'.repeat(300)}}`, /200 deep/],
    ['multiply by aliases', `data:\n${multiplying(7)}`, /^f\.yaml: its aliases/],
    ['name what is not there', 'data: *a\n', /^f\.yaml: not YAML: Unresolved alias/],
    ['hold themselves', 'data: &a [*a]\n', /^f\.yaml: .*200 deep/],
  ];
  for (const [name, text, message] of bombs) {
    it(`may not ${name}`, () => {
      assert.throws(
        () => parseScenario(text, 'f.yaml'),
        (error: Error) => error instanceof InputError && message.test(error.message),
      );
    });
  }
});

describe('scenarios', () => {
  const settings: Settings = {
    target: 'a:1',
    call: 'a.B/C',
    weights: 'v1=1,v2=1',
    previous: 'v1=1,v2=3',
    header: ['x-user: jack'],
  };

  it('hold what is called and what is expected', () => {
    const { calls, command } = scenarioOf(settings, 'verify');
    assert.equal(command, 'verify');
    const weights = [
      { name: 'v1', weight: 1 },
      { name: 'v2', weight: 1 },
    ];
    assert.deepEqual(calls, [
      {
        call: {
          kind: 'grpc',
          method: 'a.B/C',
          data: {},
          contract: { protoFiles: [], importPaths: [], protosets: [], reflect: false },
          metadata: [['x-user', 'jack']],
          authority: null,
          identity: { source: null, pattern: null, map: null },
        },
        source: { kind: 'weights', weights },
        service: null,
        previous: 'v1=1,v2=3',
        expect: { kind: 'split', tolerance: '5pp', errorRateShown: null, design: 'fixed' },
        name: null,
        labels: {},
        okStatuses: null,
        maxErrorRate: 0.01,
        errorLimits: {},
      },
    ]);
  });

  it('hold how answers name their pods, with the names as a text or as a map', () => {
    const identityOf = (more: object) =>
      scenarioOf({ ...settings, ...more }, 'verify').calls[0]!.call.identity;
    const map = { 'identity-map': 'blue=v1, a=b=v2,=v3' };
    assert.deepEqual(identityOf({ identity: 'header:x', 'identity-pattern': 'a(.)', ...map }), {
      source: 'header:x',
      pattern: 'a(.)',
      map: [
        ['blue', 'v1'],
        ['a=b', 'v2'],
        ['', 'v3'],
      ],
    });
    const asMap = { 'identity-map': { 'a,b': 'v1', '': 'v2' } };
    assert.deepEqual(identityOf(asMap).map, [
      ['a,b', 'v1'],
      ['', 'v2'],
    ]);
    for (const [wrong, message] of [
      ['blue', /--identity-map: "blue" is not FOUND=NAME, such as blue=v1; =NAME names/],
      ['blue=v1,', /--identity-map: "" is not FOUND=NAME/],
      ['blue=', /"blue=" is not FOUND=NAME/],
      ['a=v1,a=v2', /--identity-map: "a" stands in it twice/],
      [{}, /--identity-map: it is empty/],
      [{ a: '' }, /--identity-map: "a" has no name/],
    ] as const) {
      assert.throws(() => identityOf({ 'identity-map': wrong }), { name: 'InputError', message });
    }
  });

  it('of a load test expect what they are told to, and end by the clock', () => {
    const { weights, ...without } = settings;
    assert.throws(() => scenarioOf(without, 'verify'), { message: /--manifest/ });
    const bench = scenarioOf(without, 'bench');
    assert.equal(bench.calls[0]!.expect, null);
    assert.equal(bench.load.durationMs, 10_000);
    assert.equal(scenarioOf({ ...without, weights }, 'bench').calls[0]!.source?.kind, 'weights');
    assert.equal(scenarioOf({ ...without, requests: 5 }, 'bench').load.durationMs, null);
    assert.throws(
      () => scenarioOf({ ...without, expect: { service: 'reviews' } }, 'bench'),
      /^InputError: --expect-service: which pods are those of the service\?/,
    );
    assert.equal(scenarioOf(settings, 'verify').load.durationMs, null);
  });

  it('know their secrets', () => {
    const { secrets } = scenarioOf(
      {
        ...settings,
        header: ['X-Token: hidden-1', 'x-other: shown-1', 'cookie: id=hidden-2'],
        mask: ['X-TOKEN'],
      },
      'verify',
    );
    assert.ok(secrets.headers.includes('x-token'));
    assert.ok(secrets.values.includes('hidden-1'));
    assert.ok(secrets.values.includes('hidden-2'));
    assert.ok(!secrets.values.includes('shown-1'));
  });
});

describe('settings that contradict each other', () => {
  const base = { target: 'a:1', call: 'a.B/C', weights: 'v1=1,v2=1' };
  for (const [name, more] of [
    ['plaintext and a certificate', { plaintext: true, cacert: 'ca.pem' }],
    ['plaintext and https', { plaintext: true, target: 'https://a' }],
    ['a certificate without its key', { cert: 'c.pem' }],
    ['weights and manifests', { manifest: ['m.yaml'] }],
  ] as const) {
    it(name, () => {
      assert.throws(
        () =>
          scenarioOf(
            {
              ...base,
              ...more,
              manifest: 'manifest' in more ? [...more.manifest] : undefined,
            },
            'verify',
          ),
        InputError,
      );
    });
  }

  it('TLS is the default, and http:// means plaintext', () => {
    assert.equal(scenarioOf(base, 'verify').security.kind, 'tls');
    assert.equal(scenarioOf({ ...base, target: 'http://a' }, 'verify').security.kind, 'plaintext');
  });

  it('never dials more connections than it sends requests', () => {
    assert.equal(scenarioOf({ ...base, requests: 3 }, 'verify').load.connections, 3);
  });
});

describe('via', () => {
  it('is a gateway, the mesh or proxyless', () => {
    assert.deepEqual(parseVia('gateway:istio-system/gw'), {
      kind: 'gateway',
      namespace: 'istio-system',
      name: 'gw',
    });
    assert.deepEqual(parseVia('mesh'), { kind: 'mesh' });
    for (const text of ['', 'gateway:', 'gateway:x', 'sidecar']) {
      assert.throws(() => parseVia(text), InputError, text);
    }
  });
});
