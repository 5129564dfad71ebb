import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { HTTP_OPTIONS, SETTING_OPTIONS } from '../../src/cli/verify-options.js';
import { recordOf, splitproof } from '../fixtures/command.js';

const NOTHING_SENT = /nothing is sent with --passive/;
const NOT_CONNECTED = /the target is not connected to with --passive/;
const NO_REQUEST = /no request is put together with --passive/;

/** Every flag of a verification that means nothing where nothing is sent: a value, and why it is refused. */
const REFUSED: Readonly<Record<string, readonly [value: string | null, why: RegExp]>> = {
  duration: ['10s', /say with --for how long lines are read/],
  concurrency: ['8', NOTHING_SENT],
  connections: ['8', NOTHING_SENT],
  rps: ['10', NOTHING_SENT],
  pace: ['10', NOTHING_SENT],
  over: ['10s', NOTHING_SENT],
  yes: [null, NOTHING_SENT],
  workers: ['2', NOTHING_SENT],
  timeout: ['1s', NOTHING_SENT],
  warmup: ['10', NOTHING_SENT],
  'wait-for-rollout': ['10s', NOTHING_SENT],
  engine: ['h2', NOTHING_SENT],
  'http-version': ['2', NOTHING_SENT],
  data: ['{}', NOTHING_SENT],
  'data-binary': ['{}', NOTHING_SENT],
  'stream-count': ['2', NOTHING_SENT],
  'stream-interval': ['1s', NOTHING_SENT],
  user: ['jack:secret', NOTHING_SENT],
  'user-agent': ['me', NOTHING_SENT],
  origin: ['https://page.example.com', NOTHING_SENT],
  'forward-to': ['grpc://echo:7070', NOTHING_SENT],
  proto: ['a.proto', NO_REQUEST],
  'import-path': ['.', NO_REQUEST],
  protoset: ['a.pb', NO_REQUEST],
  reflect: [null, NO_REQUEST],
  'reflect-header': ['a: b', NO_REQUEST],
  cacert: ['ca.pem', NOT_CONNECTED],
  cert: ['cert.pem', NOT_CONNECTED],
  key: ['key.pem', NOT_CONNECTED],
  'skip-verify': [null, NOT_CONNECTED],
  'tls-min': ['1.3', NOT_CONNECTED],
  'tls-max': ['1.3', NOT_CONNECTED],
  resolve: ['a:80:127.0.0.1', NOT_CONNECTED],
  'connect-to': ['a:80:b:80', NOT_CONNECTED],
  'connect-timeout': ['1s', NOT_CONNECTED],
  'xds-server': ['localhost:15010', NOT_CONNECTED],
  'xds-node-id': ['me', NOT_CONNECTED],
  'xds-retries': [null, NOT_CONNECTED],
  sequential: [null, /judged, once/],
  'across-change': ['5m', /requests that are sent at a pace/],
  'expect-service': ['reviews.default', /follow that of the caller/],
  'identity-pattern': ['v\\d', /which the route knows/],
  'identity-map': ['a=v1,b=v2', /which the route knows/],
  count: ['messages', /none for its messages/],
  'each-replica': [null, /give --kube, too/],
};

/** What says what is expected of which lines, how they are judged, and what is made of it. */
const TAKEN: readonly string[] = [
  ...['passive', 'for', 'route-name', 'identity', 'access-log-format'],
  ...[
    'manifest',
    'kube',
    'root-namespace',
    'all-namespaces',
    'weights',
    'previous',
    'namespace',
    'client-labels',
  ],
  ...['via', 'virtual-service', 'gateway-port', 'scheme', 'gateway-class', 'rollout-step'],
  ...['envoy-admin', 'config-dump'],
  ...['call', 'metadata', 'header', 'rpc-header', 'expand-headers', 'literal', 'authority'],
  ...['protocol', 'path', 'method', 'head', 'ok-status', 'plaintext', 'servername'],
  ...['requests', 'alpha', 'power', 'tolerance', 'max-error-rate', 'error-rate-shown'],
  ...['inconclusive', 'threshold', 'compare-destinations', 'seed'],
  ...['name', 'label', 'run-id', 'mask'],
];

const LINE = {
  ...{ method: 'GET', path: '/cart', authority: 'shop', response_code: 200, duration: 5 },
  start_time: '2026-01-31T12:00:00.000Z',
};

describe('flags of a verification in which nothing is sent', () => {
  let folder: string;
  let log: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'splitproof-passive-'));
    log = path.join(folder, 'access.log');
    const lines = Array.from({ length: 100 }, (_, number) =>
      JSON.stringify({ ...LINE, upstream_cluster: number % 2 === 0 ? 'v1' : 'v2' }),
    );
    writeFileSync(log, `${lines.join('\n')}\n`);
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });
  const verify = (): string[] => [
    ...['verify', '--passive', '--weights', 'v1=50,v2=50', '--authority', 'shop'],
    ...['--identity', `access-log:${log}`],
  ];

  it('are all either taken or refused', () => {
    const all = [...Object.keys(SETTING_OPTIONS), ...Object.keys(HTTP_OPTIONS)];
    assert.deepEqual([...Object.keys(REFUSED), ...TAKEN].sort(), all.sort());
  });

  for (const [flag, [value, why]] of Object.entries(REFUSED)) {
    it(`refuses --${flag}`, async () => {
      const own = [`--${flag}`, ...(value === null ? [] : [value])];
      const call =
        flag === 'data-binary'
          ? ['--path', '/cart']
          : flag === 'forward-to'
            ? []
            : ['shop.Cart/Get'];
      const { status, stdout, stderr } = await splitproof([...verify(), ...call, ...own]);
      assert.deepEqual([status, stdout, stderr.trim().split('\n').length], [2, '', 1], stderr);
      assert.match(stderr, why);
    });
  }

  it('refuses a setting that stands with the call of a scenario file, and says where', async () => {
    const file = path.join(folder, 'scenario.yaml');
    const own = `calls:\n- http: {path: /cart}\n  weights: v1=50,v2=50\n  identity: access-log:access.log\n`;
    writeFileSync(file, `passive: true\nauthority: shop\n${own}  identity-pattern: v1\n`);
    const { status, stderr } = await splitproof(['verify', '--scenario', file]);
    assert.equal(status, 2, stderr);
    assert.match(stderr, /scenario\.yaml.*identity-pattern.*which the route knows/);
  });

  it('refuses a threshold for a certificate, because nothing is connected to', async () => {
    const threshold = ['--path', '/cart', '--threshold', 'cert-days>14'];
    const { status, stderr } = await splitproof([...verify(), ...threshold]);
    assert.equal(status, 2, stderr);
    assert.match(stderr, /with --passive the target is not connected to/);
  });

  it('takes those of the request, of the verdict, and of reports', async () => {
    const { status, record, stderr } = await recordOf([
      ...[...verify(), '--path', '/cart', '-X', 'GET', '-H', 'x-a: b', '--plaintext', '-n', '100'],
      ...['--ok-status', '200', '--alpha', '0.01', '--power', '0.9', '--tolerance', '20pp'],
      ...['--max-error-rate', '2%', '--inconclusive', 'report', '--threshold', 'p99<50ms'],
      ...['--seed', '2', '--name', 'cart', '--label', 'a=b', '--run-id', 'mine', '--mask', 'x-a'],
      ...['--previous', 'v1=90,v2=10', '--protocol', 'http', '--literal'],
    ]);
    assert.ok(status === 0 || status === 3, stderr);
    assert.deepEqual(record.passive, {
      ...{ counted: 100, otherRoutes: 0, notToldApart: 0, unreadable: 0 },
    });
    assert.deepEqual([record.scenario, record.runId], ['cart', 'mine']);
  });

  it('says what a comparison lacks in flags that may be given', async () => {
    const { record } = await recordOf([
      ...[...verify(), '--path', '/cart', '-n', '100', '--compare-destinations', 'v2:v1'],
    ]);
    const text = record.reasons.find(({ code }) => code === 'comparison-unknown')?.text;
    assert.match(text ?? '', /1 of 5 blocks of at least 1 s, so have more lines read, by -n\.$/);
  });
});
