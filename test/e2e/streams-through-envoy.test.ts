import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { RunRecord } from '../../src/record/run-record.js';
import { recordOf, reasonsOf, ROOT, splitproof } from '../fixtures/command.js';
import { type Envoy, startEnvoy } from '../fixtures/envoy.js';
import { type Pods, startPods } from '../fixtures/greeters.js';

const SERVER = 'helloworld.Greeter/SayHelloStreamReply';
const CLIENT = 'helloworld.Greeter/SayHelloClientStream';
const BOTH = 'helloworld.Greeter/SayHelloBidiStream';
const COMMON = ['-d', '{"name":"Jack"}', '--plaintext'];
const MANIFESTS = ['app', 'gateway', 'destination-rule'].flatMap((name) => [
  '-f',
  `scenarios/asm-greeter/${name}.yaml`,
]);
const ROUTE = path.join(ROOT, 'scenarios/asm-greeter/virtual-service-60-40.yaml');
const RIGHT = [...MANIFESTS, '-f', 'scenarios/asm-greeter/virtual-service-60-40.yaml'];
/** Twice what is planned for this tolerance. */
const ENOUGH = ['-n', '1600', '--tolerance', '10pp'];

function accountedFor({ load, calls }: RunRecord): void {
  assert.equal(load.due, load.sent + load.unsent);
  assert.equal(load.sent, load.ok + load.failed + load.timedOut + load.cancelled);
  const split = calls[0]!.split!;
  assert.equal(split.sampled, split.n + split.missing);
  const observed = split.destinations.reduce((sum, one) => sum + one.observed, 0);
  assert.equal(observed, split.n);
  for (const { pods, observed: own } of split.destinations) {
    assert.equal(
      pods.reduce((sum, pod) => sum + pod.observed, 0),
      own,
    );
  }
}

describe('streams through the real Envoy', () => {
  let pods: Pods;
  let envoy: Envoy;
  let folder: string;
  /** Of routes that never end a stream, split as configured and otherwise; that end it after a second, and when it is idle. */
  let [right, wrong, ended, idle] = ['', '', '', ''];
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'splitproof-'));
    pods = await startPods('greeter', ['v1', 'v2']);
    const clusters = (v1: number, v2: number) =>
      Object.entries({ v1, v2 }).map(([name, weight]) => {
        return { name, weight, ports: [pods.ports[name]!] };
      });
    envoy = await startEnvoy({
      listeners: [
        { kind: 'http', clusters: clusters(60, 40) },
        { kind: 'http', clusters: clusters(30, 70) },
        { kind: 'http', clusters: clusters(60, 40), timeout: '1s' },
        { kind: 'http', clusters: clusters(60, 40), idleTimeout: '0.6s' },
      ],
    });
    [right = '', wrong = '', ended = '', idle = ''] = envoy.addresses;
  });
  after(async () => {
    await envoy.stop();
    await pods.close();
    await rm(folder, { recursive: true });
  });

  async function verified(
    args: readonly string[],
  ): Promise<{ status: number | null; record: RunRecord; stderr: string }> {
    const result = await recordOf(['verify', ...args, ...COMMON]);
    accountedFor(result.record);
    return result;
  }

  for (const [name, call, args, ways, messages] of [
    ['a server stream', SERVER, [], ['streams', 'messages'], 5],
    ['a client stream', CLIENT, ['--stream-count', '4'], ['streams'], 1],
    ['a bidirectional stream', BOTH, ['--stream-count', '3'], ['streams', 'messages'], 3],
  ] as const) {
    for (const by of ways) {
      it(`passes ${name} that is split as configured and fails another, counted by ${by}`, async () => {
        const counted = [call, ...args, ...RIGHT, '--count', by, ...ENOUGH];
        const passed = await verified([right, ...counted]);
        assert.equal(passed.record.verdict, 'pass', reasonsOf(passed.record));
        assert.equal(passed.status, 0);
        const [first] = passed.record.calls;
        assert.equal(first?.streams?.messagesReceived, 1600 * messages);
        assert.equal(first.streams.countedBy, by);
        assert.equal(first.split?.n, by === 'streams' ? 1600 : 1600 * messages);
        const failed = await verified([wrong, ...counted]);
        assert.equal(failed.record.verdict, 'fail', reasonsOf(failed.record));
        assert.equal(failed.status, 1);
      });
    }
  }

  it('verifies streams that go on, which are ended when the time is up and no failures', async () => {
    const endless = ['-H', 'stream-messages: endless', '-H', 'stream-interval-ms: 100'];
    // A right split of so many is 4.5 standard deviations from not being told.
    const load = ['-z', '500ms', '-c', '400', '--tolerance', '19pp'];
    const { record } = await verified([right, SERVER, ...RIGHT, ...endless, ...load]);
    assert.equal(record.verdict, 'pass', reasonsOf(record));
    assert.equal(record.load.ok, 400);
    assert.equal(record.calls[0]?.streams?.endedByClient, 400);
    assert.deepEqual(record.calls[0].failures, []);
  });

  it('tells a stream that the route cuts from one that ends, with the line that sets its timeout', async () => {
    const route = await readFile(ROUTE, 'utf8');
    const file = path.join(folder, 'virtual-service.yaml');
    await writeFile(file, `${route.trimEnd()}\n      timeout: 1s\n`);
    const line = route.trimEnd().split('\n').length + 1;
    const slow = ['-H', 'stream-messages: 40', '-H', 'stream-interval-ms: 50'];
    const load = ['-n', '24', '-c', '24', '--connections', '4'];
    const args = [SERVER, ...MANIFESTS, '-f', file, ...slow, ...load];
    const { record } = await verified([ended, ...args]);
    assert.equal(record.verdict, 'fail', reasonsOf(record));
    assert.equal(record.load.failed, 24);
    const cut = record.findings.find(({ code }) => code === 'stream-cut');
    assert.match(cut?.summary ?? '', /timeout of 1000 ms/);
    assert.match(cut?.advice ?? '', /Leave timeout out/);
    assert.deepEqual([cut?.place?.file, cut?.place?.line], [file, line]);
    assert.equal(record.calls[0]?.streams?.cut?.lastedMs.count, 24);
    // The same streams by a route that lets them end.
    const whole = await verified([right, ...args]);
    assert.equal(whole.record.load.ok, 24);
    assert.equal(whole.record.calls[0]?.streams?.messagesReceived, 24 * 40);
    assert.ok(!whole.record.findings.some(({ code }) => code === 'stream-cut'));
    // What the manifests say is told before as well, without traffic.
    assert.ok(whole.record.findings.some(({ code }) => code === 'stream-timeout'));
  });

  it('tells an idle timeout by how long nothing had been said', async () => {
    const weights = ['--weights', 'v1=60,v2=40'];
    const stopping = ['-H', 'stream-messages: 3', '-H', 'stream-interval-ms: 5000'];
    const load = ['-n', '12', '-c', '12', '--connections', '4'];
    const { record } = await verified([idle, SERVER, ...weights, ...stopping, ...load]);
    const cut = record.findings.find(({ code }) => code === 'stream-cut');
    assert.equal(record.load.failed, 12);
    assert.match(cut?.evidence ?? '', /^12 of 12 streams/);
    assert.match(cut?.advice ?? '', /idle|timeout of the whole stream/);
  });

  it('says in one line what does not fit a method, and sends nothing', async () => {
    const before = pods.served();
    const wrongs: (readonly [args: string[], says: RegExp])[] = [
      [[SERVER, '--stream-count', '3'], /--stream-count: .*takes one message/],
      [[SERVER, '-d', '{}{}'], /--data: .*takes one message, and 2 are given/],
      [['helloworld.Greeter/SayHello', '--count', 'messages'], /--count: .*one message/],
      [[BOTH, '--count', 'messages', '--sequential'], /--sequential: /],
    ];
    for (const [args, says] of wrongs) {
      const weights = ['--weights', 'v1=60,v2=40', '--plaintext'];
      const { status, stderr } = await splitproof(['verify', right, ...args, ...weights]);
      assert.equal(status, 2);
      assert.match(stderr, says);
      assert.equal(stderr.trimEnd().split('\n').length, 1);
    }
    assert.deepEqual(pods.served(), before);
  });
});
