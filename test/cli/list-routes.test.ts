import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import type { RoutesReport } from '../../src/report/routes.js';
import { splitproof } from '../fixtures/command.js';
import {
  destinationRule,
  gateway,
  http,
  type KubernetesObject,
  virtualService,
} from '../routing/objects.js';

const folder = mkdtempSync(path.join(tmpdir(), 'splitproof-list-'));
after(() => {
  rmSync(folder, { recursive: true });
});

let files = 0;
function manifest(...objects: readonly KubernetesObject[]): string {
  const file = path.join(folder, `manifest-${files++}.yaml`);
  writeFileSync(file, objects.map((object) => JSON.stringify(object)).join('\n---\n'));
  return file;
}

const SPLIT = {
  name: 'main',
  timeout: '2s',
  retries: { attempts: 3, perTryTimeout: '500ms', retryOn: '5xx' },
  headers: { request: { set: { authorization: 'Bearer t0ken-of-nobody' } } },
  route: [
    {
      destination: { host: 'reviews', subset: 'v1' },
      weight: 60,
      headers: { response: { set: { 'x-version': 'one' } } },
    },
    { destination: { host: 'reviews', subset: 'v2' }, weight: 40 },
  ],
};
const TESTERS = {
  match: [{ headers: { 'x-tester': { exact: 'yes' } }, uri: { prefix: '/reviews' } }],
  route: [{ destination: { host: 'reviews', subset: 'v2' } }],
};
const SUBSETS = destinationRule('reviews', { v1: { version: 'v1' }, v2: { version: 'v2' } });
const REVIEWS = manifest(
  gateway([http(80)]),
  virtualService([TESTERS, SPLIT], { hosts: ['shop.example.com', 'www.shop.example.com'] }),
  SUBSETS,
);

async function listed(...args: string[]): Promise<{ status: number | null; report: RoutesReport }> {
  const { status, stdout, stderr } = await splitproof(['explain', ...args, '--format', 'json']);
  assert.notEqual(stdout, '', stderr);
  return { status, report: JSON.parse(stdout) as RoutesReport };
}

describe('explain without a request', () => {
  it('says which Gateway is missing where nothing tells its port', async () => {
    const at = manifest(
      virtualService([{ match: [{ port: 8080 }], ...SPLIT }], { gateways: ['entry'] }),
      SUBSETS,
    );
    const { status, stdout, stderr } = await splitproof(['explain', '-f', at]);
    assert.deepEqual([status, stdout], [2, '']);
    assert.match(
      stderr,
      /manifest-\d+\.yaml:1: spec\.gateways: the Gateway default\/entry is not among the manifests, so its port is not known: add it with -f, or give --gateway-port\n$/,
    );
    const { status: told, report } = await listed('-f', at, '--gateway-port', '8080');
    assert.equal(told, 0);
    assert.deepEqual(report.tables[0]?.entrances, [{ protocol: 'http', port: 8080 }]);
  });

  it('prints every route in the order in which it is tried, in 80 columns', async () => {
    const { status, stdout } = await splitproof(['explain', '-f', REVIEWS]);
    assert.equal(status, 0);
    const lines = stdout.split('\n');
    assert.ok(lines.every((line) => line.length <= 80));
    assert.ok(!stdout.includes('\u001b'));
    assert.match(stdout, /^gateway:default\/gw, http 80$/m);
    assert.match(stdout, /^shop\.example\.com, www\.shop\.example\.com$/m);
    const [testers = -1, main = -1] = ['http[0]: path', 'main: any request'].map((text) =>
      lines.findIndex((line) => line.includes(text)),
    );
    assert.ok(testers > 0 && main > testers);
    assert.match(lines[main] ?? '', /reviews\.default v1 +60 +2 s +\+3$/);
    assert.match(lines[main + 1] ?? '', /^ +reviews\.default v2 +40$/);
    const rest = lines.slice(main).join(' ').replaceAll(/\s+/g, ' ');
    assert.match(rest, /retries of 500 ms each on 5xx;/);
    assert.match(rest, /response header x-version set to one for v1/);
  });

  it('shows no secret that a route sets', async () => {
    const { stdout } = await splitproof(['explain', '-f', REVIEWS]);
    const { report } = await listed('-f', REVIEWS);
    assert.ok(![stdout, JSON.stringify(report)].some((text) => text.includes('t0ken')));
    assert.deepEqual(report.tables[0]?.routes[1]?.headers[0], {
      of: 'request',
      does: 'set',
      name: 'authorization',
      value: '***',
      destination: null,
    });
  });

  it('marks the routes that findings are about, and exits with 2 on errors', async () => {
    const wrong = manifest(
      gateway([http(80)]),
      virtualService([SPLIT, TESTERS]),
      destinationRule('reviews', { v1: { version: 'v1' } }),
    );
    const { status, report } = await listed('-f', wrong);
    assert.equal(status, 2);
    assert.equal(report.schema, 'splitproof/routes/v1');
    assert.deepEqual(
      report.tables[0]?.routes.map(({ findings }) => findings),
      [['unknown-subset'], ['unknown-subset', 'shadowed-route']],
    );
    assert.equal(report.findings[0]?.severity, 'error');
    const { stdout } = await splitproof(['explain', '-f', wrong]);
    assert.match(stdout, /^ {4}! shadowed-route$/m);
    const strict = await splitproof(['explain', '-f', REVIEWS, '--strict']);
    assert.equal(strict.status, 0);
  });

  it('points at a header rule whose destination has the weight 0', async () => {
    const canary = {
      match: [{ headers: { 'x-canary': { exact: 'yes' } } }],
      route: [
        { destination: { host: 'reviews', subset: 'v1' }, weight: 100 },
        { destination: { host: 'reviews', subset: 'v2' }, weight: 0 },
      ],
    };
    const codes = async (rule: KubernetesObject): Promise<string[]> => {
      const file = manifest(gateway([http(80)]), virtualService([rule, SPLIT]), SUBSETS);
      return (await listed('-f', file)).report.findings.map(({ code }) => code);
    };
    assert.deepEqual(await codes(canary), ['header-rule-without-weight']);
    assert.deepEqual(await codes(TESTERS), []);
  });

  it('narrows to a host, an object or a gateway', async () => {
    const file = manifest(
      gateway([http(80)]),
      virtualService([SPLIT], { name: 'one', hosts: ['one.com'] }),
      virtualService([SPLIT], { name: 'rest', hosts: ['*.com'] }),
      virtualService([SPLIT], { name: 'mesh', hosts: ['reviews'], gateways: null }),
      SUBSETS,
    );
    const sources = async (...args: string[]): Promise<string[]> =>
      (await listed('-f', file, ...args)).report.tables.flatMap(({ routes }) =>
        routes.map(({ source }) => source),
      );
    assert.equal((await sources()).length, 3);
    assert.deepEqual(await sources('--authority', 'one.com:80'), ['VirtualService default/one']);
    assert.deepEqual(await sources('--authority', 'two.com'), ['VirtualService default/rest']);
    assert.deepEqual(await sources('--via', 'mesh'), ['VirtualService default/mesh']);
    assert.deepEqual(await sources('--virtual-service', 'rest'), ['VirtualService default/rest']);
  });

  for (const [mistake, args, says] of [
    [
      'a gateway that is not there',
      ['--via', 'gateway:no/such'],
      /--via: no route.*gateway:default\/gw/,
    ],
    [
      'a host that no route has',
      ['--authority', 'b.org'],
      /--authority: no route.*shop\.example\.com/,
    ],
    [
      'an object that is not there',
      ['--virtual-service', 'no/such'],
      /--virtual-service: no route/,
    ],
    ['a header without a request', ['-H', 'a: b'], /--header: .*name a gRPC method or a path/],
    ['a service behind no request', ['--expect-service', 'reviews'], /--expect-service: /],
    ['a proxy without a request', ['--config-dump', 'dump.json'], /--config-dump: /],
  ] as const)
    it(`refuses ${mistake} in one line`, async () => {
      const { status, stdout, stderr } = await splitproof(['explain', '-f', REVIEWS, ...args]);
      assert.equal(status, 2);
      assert.equal(stdout, '');
      assert.match(stderr, says);
      assert.equal(stderr.trimEnd().split('\n').length, 1);
    });

  it('folds what is too much to be read, and has all in JSON', async () => {
    const many = manifest(
      gateway([http(80)]),
      ...Array.from({ length: 300 }, (_, index) =>
        virtualService([{ route: [{ destination: { host: `s${index}` } }] }], {
          name: `vs${index}`,
          hosts: [`${'long-'.repeat(10)}${index}.${'long-'.repeat(10)}x.example.com`],
        }),
      ),
    );
    const { stdout } = await splitproof(['explain', '-f', many]);
    assert.match(stdout, /and 200 more tables: --authority HOST/);
    assert.ok(stdout.split('\n').every((line) => line.length <= 80));
    assert.equal((await listed('-f', many)).report.tables.length, 300);
  });
});

describe('explain -f with a folder', () => {
  const objects = [
    virtualService([{ route: [{ destination: { host: 'a' } }] }]),
    gateway([http(80)]),
  ];
  const inFolder = (name: string, files: Readonly<Record<string, string>>): string => {
    const at = path.join(folder, name);
    mkdirSync(at);
    for (const [file, text] of Object.entries({
      'routes.json': objects.map((object) => JSON.stringify(object)).join('\n'),
      ...files,
    }))
      writeFileSync(path.join(at, file), text);
    return at;
  };

  it('passes over settings of other tools, and says so', async () => {
    const others = { 'values.yaml': 'replicas: 2\n', 'names.json': '["a"]', 'empty.yaml': '' };
    const { status, report } = await listed('-f', inFolder('beside', others));
    assert.equal(status, 0);
    assert.equal(report.tables.length, 1);
    const passedOver = report.findings.filter(({ code }) => code === 'not-an-object');
    assert.deepEqual(
      passedOver.map(({ place }) => path.basename(place?.file ?? '')),
      ['names.json', 'values.yaml'],
    );
  });

  it('refuses a manifest that lacks its kind, and a file that is named and is none', async () => {
    const without = inFolder('without-kind', { 'x.yaml': 'apiVersion: v1\nmetadata: {name: a}\n' });
    const { status, stderr } = await splitproof(['explain', '-f', without]);
    assert.equal(status, 2);
    assert.match(stderr, /x\.yaml:1: not a Kubernetes object: kind is missing\n$/);
    const values = path.join(inFolder('named', { 'values.yaml': 'replicas: 2\n' }), 'values.yaml');
    const named = await splitproof(['explain', '-f', values]);
    assert.equal(named.status, 2);
    assert.match(named.stderr, /values\.yaml:1: not a Kubernetes object: kind is missing\n$/);
  });
});

describe('explain with a request', () => {
  it('shows what its route does to headers, for one destination too', async () => {
    const args = ['explain', '-f', REVIEWS, 'http://shop.example.com/'];
    const { stdout } = await splitproof(args);
    assert.match(stdout, /^ {2}header {2}response header x-version set to one for v1$/m);
    const { stdout: json } = await splitproof([...args, '--format', 'json']);
    const { headers } = JSON.parse(json) as { headers: unknown };
    assert.deepEqual(headers, [
      { of: 'request', does: 'set', name: 'authorization', value: '***', destination: null },
      { of: 'response', does: 'set', name: 'x-version', value: 'one', destination: 'v1' },
    ]);
  });
});
