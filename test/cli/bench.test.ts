import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ServerProcess } from '../../bench/server-process.js';
import { startCannedServer } from '../../bench/start-canned-server.js';
import { podNames } from '../../src/mesh/pod-names.js';
import { runRecordSchema } from '../../src/record/run-record.js';
import { recordOf, splitproof, reasonsOf } from '../fixtures/command.js';

const [V1 = ''] = podNames('greeter', 'v1');
const [V2 = ''] = podNames('greeter', 'v2');

describe('splitproof bench', () => {
  let server: ServerProcess;
  let target: string[];
  before(async () => {
    const weights = { v1: 60, v2: 40 };
    server = await startCannedServer({ weights, headers: 'envoy', maxConcurrentStreams: 4 });
    target = ['--plaintext', server.address, 'helloworld.Greeter/SayHello'];
  });
  after(() => server.stop());

  it('shows who answers where nothing is expected', async () => {
    const { status, record } = await recordOf(['bench', '-n', '5000', ...target]);
    assert.equal(status, 0);
    assert.ok(runRecordSchema.safeParse(record).success);
    const [call] = record.calls;
    assert.equal(record.command, 'bench');
    assert.equal(call!.route, null);
    assert.equal(call!.split!.test, null);
    assert.equal(call!.split!.n, 5000);
    assert.deepEqual(call!.split!.destinations.map(({ name }) => name).sort(), [V1, V2].sort());
    assert.deepEqual(Object.keys(call!.latencyMs.byPod).sort(), [V1, V2].sort());
    assert.equal(call!.latencyMs.overall.count, 5000);
    assert.equal(record.load.ok, 5000);
  });

  it('counts by the weights where they are given, on any number of threads', async () => {
    const { record } = await recordOf([
      ...['bench', '-n', '3001', '--weights', 'v1=60,v2=40', '--workers', '2'],
      ...target,
    ]);
    assert.deepEqual(
      record.calls[0]!.split!.destinations.map(({ name, weight }) => [name, weight]),
      [
        ['v1', 60],
        ['v2', 40],
      ],
    );
    assert.equal(record.load.sent, 3001);
    assert.equal(record.load.workers, 2);
  });

  it('fails when a threshold is broken, and says which', async () => {
    const { status, record } = await recordOf([
      ...['bench', '-n', '500', '--threshold', 'p50<1us', '--threshold', 'error-rate<1%'],
      ...target,
    ]);
    assert.equal(status, 1);
    assert.deepEqual(
      record.thresholds.map(({ expression, ok }) => [expression, ok]),
      [
        ['p50<1us', false],
        ['error-rate<1%', true],
      ],
    );
    assert.match(
      reasonsOf(record),
      /^threshold-broken: p50 is [\d.]+ ms, the threshold is 0\.001 ms\./,
    );
  });

  it('sends on schedule, and says which rate was reached', async () => {
    const { record } = await recordOf(['bench', '-z', '700ms', '-r', '10000000', ...target]);
    assert.equal(record.load.loop, 'open');
    assert.equal(record.load.requestsPerSecondAsked, 10_000_000);
    const found = record.findings.find(({ code }) => code === 'rate-not-reached');
    assert.match(found!.summary, /instead of 10,000,000 requests per second/);
    assert.ok(record.load.scheduleSlipMs.p99! > 0);
  });

  it('says that requests waited for a stream', async () => {
    const { record } = await recordOf(
      ['bench', '-n', '2000', '-c', '20', '--connections', '2'].concat(target),
    );
    const found = record.findings.find(({ code }) => code === 'stream-limit');
    assert.match(found!.advice, /at least 5 connections/);
    assert.equal(record.transport.maxConcurrentStreams, 4);
    assert.equal(record.load.ok, 2000);
  });

  it('counts a stall of the server into the latency of everything that was due', async () => {
    // Again and again, so that it happens while the load is sent, however long that takes to begin.
    const freeze = setInterval(() => {
      process.kill(server.pid, 'SIGSTOP');
      setTimeout(() => process.kill(server.pid, 'SIGCONT'), 1000);
    }, 2500);
    const args = ['bench', '-z', '4s', '-r', '200', '-c', '400', '--connections', '4'];
    const { record } = await recordOf([...args, ...target]);
    clearInterval(freeze);
    const { p99 } = record.calls[0]!.latencyMs.overall;
    assert.ok(p99! > 700, `p99 is ${p99} ms`);
    assert.equal(record.load.failed + record.load.timedOut, 0);
  });

  it('reads like a load test', async () => {
    const { stdout } = await splitproof(['bench', '-n', '200', '--threshold', 'rate>1', ...target]);
    const order = ['Summary', 'Latency', 'Who answered', 'Status', 'Transport', 'Thresholds'];
    const places = order.map((title) => stdout.indexOf(`\n${title}`));
    assert.ok(places.every((place) => place > 0));
    assert.deepEqual(
      places,
      places.toSorted((a, b) => a - b),
    );
    assert.match(stdout, /^ {2}count {3}200$/m);
  });

  it('shows no load where nobody spoke the protocol', async () => {
    const [, ...rest] = target;
    const { status, stdout } = await splitproof(['bench', '-n', '200', ...rest]);
    assert.equal(status, 4);
    assert.match(stdout, /^ {2}load +no connection was opened$/m);
    assert.doesNotMatch(stdout, /^ {2}client\s*$/m);
  });

  it('refuses thresholds and rates that make no sense, before it sends anything', async () => {
    for (const [wrong, message] of [
      [['--threshold', 'p98<1ms'], /--threshold: "p98<1ms" is not a threshold/],
      [
        ['--weights', 'v1=1', '--threshold', 'p99{v9}<1ms'],
        /names a destination that does not exist: there is v1/,
      ],
      [['-r', '0'], /--rps: write a number of requests per second above 0/],
      [['--workers', '65'], /--workers: write at most 64/],
    ] as const) {
      const { status, stderr } = await splitproof(['bench', ...wrong, ...target]);
      assert.equal(status, 2);
      assert.match(stderr, message);
    }
  });
});
