import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import type { ExplanationReport, ExplanationsReport } from '../../src/report/explanation.js';
import { ROOT, splitproof } from '../fixtures/command.js';

const folder = mkdtempSync(path.join(tmpdir(), 'splitproof-explain-'));
after(() => {
  rmSync(folder, { recursive: true });
});

const GREETER = ['app', 'gateway', 'destination-rule', 'virtual-service-60-40'].flatMap((name) => [
  '-f',
  `scenarios/asm-greeter/${name}.yaml`,
]);
const CALL = 'helloworld.Greeter/SayHello';
const DUMP = 'test/data/istio-ingressgateway-config-dump-60-40.json';

/** The committed dump with other weights. */
function dumpWith(v1: number, v2: number): string {
  const text = readFileSync(path.join(ROOT, DUMP), 'utf8')
    .replace('"weight": 60', `"weight": ${v1}`)
    .replace('"weight": 40', `"weight": ${v2}`);
  const file = path.join(folder, `dump-${v1}-${v2}.json`);
  writeFileSync(file, text);
  return file;
}

let files = 0;
function manifest(text: string): string {
  const file = path.join(folder, `manifest-${files++}.yaml`);
  writeFileSync(file, text);
  return file;
}

const RULES = (rules: string): string => `apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: gw}
spec:
  servers:
  - port: {number: 80, name: http, protocol: HTTP}
    hosts: ["*"]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: shop}
spec:
  hosts: ["*"]
  gateways: [gw]
  http:
${rules}`;

async function explained(
  args: readonly string[],
): Promise<{ status: number | null; report: ExplanationReport; stderr: string }> {
  const { status, stdout, stderr } = await splitproof(['explain', ...args, '--format', 'json']);
  assert.notEqual(stdout, '', stderr);
  return { status, report: JSON.parse(stdout) as ExplanationReport, stderr };
}

describe('explain', () => {
  it('shows the route of the request and that of the service behind it', async () => {
    const bookinfo = ['-f', 'scenarios/bookinfo', '--plaintext', ':8080', '--path'];
    const service = ['--expect-service', 'reviews.default'];
    const { status, report } = await explained([...bookinfo, '/productpage', ...service]);
    assert.equal(status, 0);
    assert.deepEqual(
      report.destinations.map(({ name }) => name),
      ['productpage'],
    );
    assert.equal(report.behind?.via, 'mesh');
    assert.deepEqual(
      report.behind.destinations.map(({ name, share }) => [name, share]),
      [
        ['v1', 0.1],
        ['v2', 0.4],
        ['v3', 0.5],
      ],
    );
    const { stdout } = await splitproof(['explain', ...bookinfo, '/productpage', ...service]);
    assert.match(stdout, /The service behind it\n {2}service reviews\.default\n[^]*v3 +50/);
    const nowhere = await explained([...bookinfo, '/nowhere', ...service]);
    assert.equal(nowhere.status, 2);
    assert.equal(nowhere.report.behind, null);
  });

  it('names the route, the split to expect and the rule that leads there', async () => {
    const { status, report } = await explained([...GREETER, '--plaintext', ':8080', CALL]);
    assert.equal(status, 0);
    assert.equal(report.schema, 'splitproof/explanation/v1');
    assert.deepEqual(
      report.destinations.map(({ name, weight, share }) => [name, weight, share]),
      [
        ['v1', 60, 0.6],
        ['v2', 40, 0.4],
      ],
    );
    assert.equal(report.via, 'gateway:default/grpc-gateway');
    assert.equal(report.gatewayPort, 8080);
    assert.deepEqual(
      report.rules.map(({ rule, outcome }) => [rule, outcome]),
      [['http[0]', 'taken']],
    );
    assert.equal(report.programmed, null);
    assert.deepEqual(report.findings, []);
  });

  it('fits 80 columns, and says the same without a target', async () => {
    const { status, stdout } = await splitproof(['explain', ...GREETER, CALL]);
    assert.equal(status, 0);
    for (const line of stdout.split('\n')) assert.ok(line.length <= 80, line);
    assert.match(stdout, /taken as a request in plaintext/);
    assert.match(stdout, /v1 +60 +60\.00 %/);
    assert.match(stdout, /v2 +40 +40\.00 %/);
  });

  it('says rule by rule why the others were not taken, and what the route does besides', async () => {
    const file = manifest(
      RULES(`  - match: [{headers: {x-canary: {exact: always}}}]
    route: [{destination: {host: canary}}]
  - match: [{uri: {prefix: /helloworld.Greeter}}]
    timeout: 2s
    retries: {attempts: 3, perTryTimeout: 500ms, retryOn: unavailable}
    fault: {abort: {percentage: {value: 10}, grpcStatus: UNAVAILABLE}}
    mirror: {host: shadow}
    mirrorPercentage: {value: 25}
    route: [{destination: {host: shop}}]
  - route: [{destination: {host: other}}]
`),
    );
    const { report } = await explained(['-f', file, '--plaintext', ':80', CALL]);
    assert.deepEqual(
      report.rules.map(({ outcome }) => outcome),
      ['not-matched', 'taken', 'not-reached'],
    );
    assert.match(report.rules[0]!.reasons[0]!, /x-canary/);
    assert.equal(report.effects?.timeoutMs, 2000);
    assert.equal(report.effects.retries?.attempts, 3);
    assert.equal(report.effects.abort?.share, 0.1);
    assert.deepEqual(
      report.effects.mirrors.map(({ share }) => share),
      [0.25],
    );
    const { stdout } = await splitproof(['explain', '-f', file, '--plaintext', ':80', CALL]);
    assert.match(stdout, /no match +http\[0\]: header x-canary/);
    assert.match(stdout, /because .*x-canary/);
    assert.match(stdout, /not reached +http\[2\]/);
    assert.match(stdout, /timeout +2 s/);
    assert.match(stdout, /retries +3, 500 ms each, on unavailable/);
    assert.match(stdout, /fault +10 % are answered with/);
    assert.match(stdout, /mirror +25 % copied to shadow/);

    const canary = await explained([
      ...['-f', file, '--plaintext', ':80', CALL],
      ...['-H', 'x-canary: always'],
    ]);
    assert.equal(canary.report.rules[0]!.outcome, 'taken');
  });

  it('a route that answers itself is not a mistake; there is only nothing to measure', async () => {
    const file = manifest(
      RULES(`  - match: [{uri: {prefix: /helloworld.Greeter}}]
    redirect: {authority: other.example.com, redirectCode: 308}
  - directResponse: {status: 503}
`),
    );
    const args = ['-f', file, '--plaintext', '127.0.0.1:80'];
    const { status, report } = await explained([...args, CALL]);
    assert.equal(status, 0);
    assert.equal(report.route?.rule, 'http[0]');
    assert.equal(report.action?.description, 'redirects to other.example.com (308)');
    const { status: shown, stdout } = await splitproof(['explain', ...args, '--path', '/']);
    assert.equal(shown, 0);
    assert.match(stdout, /^ +action +answers 503 itself$/m);
    for (const command of ['verify', 'plan']) {
      const refused = await splitproof([command, ...args, CALL]);
      assert.equal(refused.status, 2);
      assert.match(
        refused.stderr,
        /redirects to other\.example\.com \(308\), so there is no split/,
      );
      assert.equal(refused.stdout, '');
    }
  });

  it('a Gateway that is not given is assumed on the usual port, unless a rule asks for one', async () => {
    const rule = (match: string): string =>
      RULES(`  - ${match}route: [{destination: {host: shop}}]\n`).replace(/^[^]*?---\n/, '');
    const { status, report } = await explained(['-f', manifest(rule('')), '--plaintext', CALL]);
    assert.equal(status, 0);
    assert.equal(report.gatewayPort, 80);
    assert.deepEqual(
      report.findings.map(({ code, summary }) => [code, summary.includes('taken to be 80')]),
      [['gateway-missing', true]],
    );
    const asking = manifest(rule('match: [{port: 8080}]\n    '));
    const { status: unknown, stdout } = await splitproof([
      ...['explain', '-f', asking, '--plaintext', CALL],
    ]);
    assert.equal(unknown, 2);
    assert.match(stdout, /its port is not known/);
  });

  it('takes a plain HTTP request by path and method', async () => {
    const file = manifest(
      RULES(`  - match: [{uri: {prefix: /cart}, method: {exact: PUT}}]
    route: [{destination: {host: cart}}]
  - route: [{destination: {host: shop}}]
`),
    );
    const put = await explained(['-f', file, '--path', '/cart/1', '--method', 'put']);
    assert.equal(put.report.destinations[0]?.name, 'cart');
    assert.deepEqual(put.report.request.headers, { accept: '*/*' });
    const get = await explained(['-f', file, '--path', '/cart/1']);
    assert.equal(get.report.destinations[0]?.name, 'shop');
  });

  it('exits with 2 when no rule takes the request, and shows which were tried', async () => {
    const file = manifest(
      RULES('  - match: [{uri: {prefix: /a}}]\n    route: [{destination: {host: a}}]\n'),
    );
    const { status, report } = await explained(['-f', file, '--path', '/b']);
    assert.equal(status, 2);
    assert.equal(report.route, null);
    assert.equal(report.rules[0]?.outcome, 'not-matched');
    assert.deepEqual(
      report.findings.map(({ code, severity, scope }) => [code, severity, scope]),
      [['no-route', 'error', 'request']],
    );
  });

  it('exits with 0 on warnings, and with 1 under --strict', async () => {
    const file = manifest(
      RULES(`  - route: [{destination: {host: a}}]
  - match: [{uri: {prefix: /b}}]
    route: [{destination: {host: b}}]
`),
    );
    const lenient = await explained(['-f', file, '--path', '/b']);
    assert.deepEqual(
      lenient.report.findings.map(({ code, severity }) => [code, severity]),
      [['shadowed-route', 'warning']],
    );
    assert.equal(lenient.status, 0);
    const strict = await explained(['-f', file, '--path', '/b', '--strict']);
    assert.equal(strict.status, 1);
  });

  it('exits with 2 on an error in the set, whatever the request', async () => {
    const file = manifest(
      `${RULES('  - route: [{destination: {host: svc, subset: gone}}]\n')}---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: dr}
spec: {host: svc, subsets: [{name: v1, labels: {version: v1}}]}
`,
    );
    const { status, report } = await explained(['-f', file, '--path', '/']);
    assert.equal(status, 2);
    assert.ok(report.findings.some(({ code }) => code === 'unknown-subset'));
  });
});

describe('explain where TLS ends before the gateway', () => {
  const H2C = [
    'gateway-h2c',
    'app-paths',
    'destination-rules-paths',
    'virtual-service-paths-canary',
  ];
  const files = H2C.flatMap((name) => ['-f', `scenarios/grpc-gateway/${name}.yaml`]);
  const words = [...files, 'https://grpc.example.com', 'mypackage.OrderService/GetOrder'];
  const contract = ['--proto', 'scenarios/grpc-gateway/order.proto'];

  it('says which flag says so, and takes it', async () => {
    const refused = await explained([...words, ...contract]);
    assert.equal(refused.status, 2);
    assert.match(refused.report.findings[0]!.summary, /--scheme http that TLS ends before it/);
    const { status, report } = await explained([...words, ...contract, '--scheme', 'http']);
    assert.equal(status, 0, JSON.stringify(report.findings));
    assert.equal(report.gatewayPort, 80);
    assert.equal(report.request.scheme, 'http');
    assert.equal(report.route?.source, 'VirtualService default/grpc-routing');
  });

  it('takes a server by --gateway-port as well', async () => {
    const more = ['--scheme', 'http', '--gateway-port', '80'];
    const { status, report } = await explained([...words, ...contract, ...more]);
    assert.equal(status, 0);
    assert.equal(report.gatewayPort, 80);
  });
});

describe('explain with what the proxy was programmed with', () => {
  const ask = [...GREETER, '--plaintext', ':8080', CALL];

  it('agrees with the dump of a gateway that has the same weights', async () => {
    const { status, report } = await explained([...ask, '--config-dump', DUMP]);
    assert.equal(status, 0);
    assert.equal(report.programmed?.table, 'http.8080');
    assert.equal(report.programmed.difference, null);
    assert.deepEqual(
      report.programmed.destinations.map(({ name, programmedShare }) => [name, programmedShare]),
      [
        ['v1', 0.6],
        ['v2', 0.4],
      ],
    );
  });

  it('says where they part', async () => {
    const { status, report } = await explained([...ask, '--config-dump', dumpWith(90, 10)]);
    assert.equal(status, 2);
    assert.deepEqual(
      report.programmed?.destinations.map((each) => [each.configuredShare, each.programmedShare]),
      [
        [0.6, 0.9],
        [0.4, 0.1],
      ],
    );
    const [finding] = report.findings;
    assert.equal(finding?.code, 'config-not-programmed');
    assert.match(finding.evidence, /v1 is configured with 60 % and programmed with 90 %/);
    const { stdout } = await splitproof(['explain', ...ask, '--config-dump', dumpWith(90, 10)]);
    assert.match(stdout, /destination +configured +programmed/);
    assert.match(stdout, /v1 +60\.00 % +90\.00 %/);
  });

  it('compares it with nothing where the request has no route, and shows it', async () => {
    const elsewhere = manifest(`apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: elsewhere}
spec:
  hosts: ["other.example.com"]
  gateways: [grpc-gateway]
  http:
  - match: [{uri: {prefix: /no}}]
    route: [{destination: {host: a}}]
`);
    const given = [
      ...[
        '-f',
        elsewhere,
        '-f',
        'scenarios/asm-greeter/gateway.yaml',
        '--plaintext',
        ':8080',
        CALL,
      ],
      ...['--authority', 'other.example.com', '--config-dump', DUMP],
    ];
    const { status, report } = await explained(given);
    assert.equal(status, 2);
    const codes = report.findings.map(({ code, severity }) => [code, severity]);
    assert.deepEqual(codes, [
      ['no-route', 'error'],
      ['config-not-compared', 'warning'],
    ]);
    assert.equal(report.programmed?.difference, null);
    assert.deepEqual(
      report.programmed.destinations.map((each) => [each.configuredShare, each.programmedShare]),
      [
        [null, 0.6],
        [null, 0.4],
      ],
    );
    const { stdout } = await splitproof(['explain', ...given]);
    assert.match(stdout, /compared with nothing/);
    assert.doesNotMatch(stdout, /another split/);
  });

  it('calls a host that the proxy does not serve unprogrammed', async () => {
    const file = path.join(folder, 'elsewhere.json');
    writeFileSync(
      file,
      readFileSync(path.join(ROOT, DUMP), 'utf8').replaceAll(
        /"domains": \[[^\]]*\]/g,
        '"domains": ["other.example.com"]',
      ),
    );
    const { status, report } = await explained([...ask, '--config-dump', file]);
    assert.equal(status, 2);
    assert.equal(report.programmed?.table, null);
    assert.match(report.findings[0]!.evidence, /has the host 127\.0\.0\.1:8080/);
  });
});

/** Each: what is wrong, the words, and what the one line must say. */
const BAD_INPUT: [string, string[], RegExp[]][] = [
  ['nothing to explain', [], [/--manifest/, /what split is expected/]],
  ['a word too many', [...GREETER, ':80', CALL, 'more'], [/"more"/]],
  ['no method', [...GREETER, '--call', 'SayHello'], [/--call/, /pkg\.Service\/Method/]],
  ['a path that is none', [...GREETER, '--path', 'cart'], [/--path/, /begins with \//]],
  [
    'a call and a path',
    [...GREETER, '--call', CALL, '--path', '/'],
    [/--path/, /drop this, or the gRPC method/],
  ],
  ['a method without a path', [...GREETER, '--call', CALL, '--method', 'PUT'], [/--method/]],
  ['weights', ['--weights', 'v1=1', CALL], [/weights/]],
  [
    'no such dump',
    [...GREETER, CALL, '--config-dump', 'nope.json'],
    [/nope\.json/, /no such file/],
  ],
  [
    'a dump that is none',
    [...GREETER, CALL, '--config-dump', 'package.json'],
    [/package\.json/, /config_dump/],
  ],
  [
    'an admin interface that is not there',
    [...GREETER, CALL, '--envoy-admin', 'http://127.0.0.1:1'],
    [/--envoy-admin/, /127\.0\.0\.1:1\/config_dump/],
  ],
  [
    'two places to read the proxy from',
    [...GREETER, CALL, '--envoy-admin', 'http://127.0.0.1:1', '--config-dump', DUMP],
    [/--config-dump/],
  ],
  [
    'a routing kind under a wrong group',
    ['-f', 'scenarios/grpc-gateway', CALL],
    [/virtual-service-streaming\.yaml:1/, /did you mean networking\.istio\.io\/v1/],
  ],
];

describe('explain: a client without a proxy', () => {
  it('takes the scenario of the published annotations', async () => {
    const words = ['explain', '--scenario', 'scenarios/grpc-gateway-proxyless.yaml'];
    const { status, stdout, stderr } = await splitproof(words);
    assert.equal(status, 0, stdout + stderr);
    assert.match(stdout, /via +proxyless/);
    assert.match(stdout, /VirtualService default\/grpc-proxyless/);
    assert.match(stdout, /^ {2}v1 +60 +60\.00 % +1 +grpc-service\.default:50051$/m);
  });
});

describe('explain: a scenario of several calls', () => {
  const PATHS = ['--scenario', 'scenarios/grpc-gateway-paths.yaml'];
  const METHODS = [
    'mypackage.UserService/GetUser',
    'mypackage.OrderService/GetOrder',
    'grpc.health.v1.Health/Check',
  ];
  const PART = RULES(
    '  - match: [{uri: {prefix: /a}}]\n    route: [{destination: {host: shop, subset: v9}}]\n',
  );

  async function several(
    args: readonly string[],
  ): Promise<{ status: number | null; report: ExplanationsReport }> {
    const { status, stdout, stderr } = await splitproof(['explain', ...args, '--format', 'json']);
    assert.notEqual(stdout, '', stderr);
    return { status, report: JSON.parse(stdout) as ExplanationsReport };
  }

  it('explains one after the other, in their order', async () => {
    const [{ status, stdout }, { report }] = await Promise.all([
      splitproof(['explain', ...PATHS]),
      several(PATHS),
    ]);
    assert.equal(status, 0, stdout);
    assert.deepEqual(
      [...stdout.matchAll(/^Call (\d) of 3: (.*)$/gm)].map(([, number, name]) => [number, name]),
      METHODS.map((method, index) => [String(index + 1), method]),
    );
    assert.equal(report.schema, 'splitproof/explanations/v1');
    assert.deepEqual(
      report.calls.map(({ request, destinations: [first] }) => [request.path, first?.host]),
      METHODS.map((method, index) => [
        `/${method}`,
        `${['user', 'order', 'user'][index]}-grpc-service.default.svc.cluster.local`,
      ]),
    );
  });

  it('explains one that is chosen, by number or name', async () => {
    for (const [call, method] of [
      ['2', METHODS[1]],
      [METHODS[2]!, METHODS[2]],
    ] as const) {
      const { report } = await explained([...PATHS, '--call', call]);
      assert.equal(report.schema, 'splitproof/explanation/v1');
      assert.equal(report.request.path, `/${method}`);
    }
  });

  it('says of findings which call has them, and what is wrong for all once, in every format', async () => {
    const file = path.join(folder, 'two-calls.yaml');
    const rules = manifest(PART);
    writeFileSync(
      file,
      JSON.stringify({
        target: 'http://shop.example.com',
        manifest: [path.basename(rules)],
        calls: [
          { http: { path: '/a' }, name: 'first' },
          { http: { path: '/b' }, name: 'second' },
        ],
      }),
    );
    const sarif = path.join(folder, 'two.sarif');
    const markdown = path.join(folder, 'two.md');
    const words = ['--scenario', file, '-o', sarif, '-o', markdown];
    const { status, report } = await several(words);
    assert.equal(status, 2);
    assert.deepEqual(
      report.findings.map(({ code, call }) => [code, call]),
      [
        ['no-route', 'second'],
        ['unknown-subset', 'first'],
      ],
    );
    const { runs } = JSON.parse(readFileSync(sarif, 'utf8')) as {
      runs: [{ results: object[] }];
    };
    assert.equal(runs[0].results.length, report.findings.length);
    for (const name of ['first', 'second']) {
      assert.match(readFileSync(markdown, 'utf8'), new RegExp(`Call \\d of 2: ${name}`));
    }
  });

  it('names the call that cannot be explained', async () => {
    const file = path.join(folder, 'weighed.yaml');
    writeFileSync(
      file,
      JSON.stringify({
        target: ':8080',
        plaintext: true,
        calls: [
          { call: CALL, weights: 'v1=1,v2=1' },
          { call: CALL, weights: 'v1=1,v2=1' },
        ],
      }),
    );
    const { status, stderr } = await splitproof(['explain', '--scenario', file]);
    assert.equal(status, 2);
    assert.match(stderr, /weighed\.yaml:1: calls\[0\]\.weights: weights need no explanation/);
  });
});

describe('explain: bad input', () => {
  for (const [what, args, expected] of BAD_INPUT) {
    it(what, async () => {
      const { status, stdout, stderr } = await splitproof(['explain', ...args]);
      assert.equal(status, 2, stderr);
      assert.equal(stdout, '');
      assert.equal(stderr.trimEnd().split('\n').length, 1, stderr);
      for (const pattern of expected) assert.match(stderr, pattern);
    });
  }
});
