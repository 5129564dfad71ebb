import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { RunRecord } from '../../src/record/run-record.js';
import { recordOf, reasonsOf, splitproof } from '../fixtures/command.js';
import {
  drawsOf,
  entries,
  entry,
  type AskedForward,
  type ForwardAnswer,
  type ForwardingEcho,
  PODS,
  startForwardingEcho,
} from '../fixtures/forwarding-echo.js';

const XDS = 'xds:///echo.echo-grpc.svc.cluster.local:7070';
const METHOD = 'proto.EchoTestService/ForwardEcho';
const WEIGHTS = ['--weights', 'v1=20,v2=80'];
/** Draws of 20/80 are 7 standard deviations from not being shown within 5 points. */
const ENOUGH = ['-n', '660'];

describe('a ForwardEcho', () => {
  const servers: ForwardingEcho[] = [];
  after(() => {
    for (const server of servers) server.close();
  });

  async function serving(
    answer: (asked: AskedForward, call: number) => ForwardAnswer,
  ): Promise<ForwardingEcho> {
    const server = await startForwardingEcho(answer);
    servers.push(server);
    return server;
  }

  /** Draws of v1 with this probability, each request by itself. */
  function drawing(share: number): Promise<ForwardingEcho> {
    const draw = drawsOf(share, 1);
    return serving(({ count }) => ({ output: entries(count, draw) }));
  }

  async function verified(
    { address }: ForwardingEcho,
    args: readonly string[],
  ): Promise<{ status: number | null; record: RunRecord; stderr: string }> {
    const result = await recordOf(['verify', ...args, '--plaintext', address]);
    const { load, calls } = result.record;
    assert.equal(load.sent, load.ok + load.failed + load.timedOut + load.cancelled);
    const split = calls[0]!.split!;
    assert.equal(split.sampled, split.n + split.missing);
    assert.equal(split.sampled, load.sent * split.observationsPerCall);
    return result;
  }

  const TO = [...WEIGHTS, '--forward-to', XDS, ...ENOUGH];

  it('passes what is split as configured, each entry an observation', async () => {
    const server = await drawing(0.2);
    const data = JSON.stringify({ url: XDS, count: 10 });
    const { status, record } = await verified(server, [
      ...WEIGHTS,
      ...ENOUGH,
      '-d',
      data,
      '--call',
      METHOD,
    ]);
    assert.equal(record.verdict, 'pass', reasonsOf(record));
    assert.equal(status, 0);
    const [call] = record.calls;
    assert.equal(call?.call, METHOD);
    assert.deepEqual([call.split?.observationsPerCall, call.split?.n], [10, 6600]);
    assert.deepEqual(call.split?.requestsPlanned, 227);
    assert.deepEqual(
      call.split.destinations[0]?.pods.map(({ name }) => name),
      [PODS.v1],
    );
    assert.deepEqual(server.asked[0], { ...server.asked[0], count: 10, url: XDS });
    // This client's connections are not those that the requests go over.
    assert.equal(call.split.draws?.connections, null);
    assert.ok(record.findings.some(({ code }) => code === 'connections-unseen'));
  });

  it('fails what is split evenly, by manifests as a client without a proxy takes them', async () => {
    const server = await drawing(0.5);
    const scenario = ['--scenario', 'scenarios/echo-forward-20-80.yaml', ...ENOUGH];
    const { status, record } = await verified(server, scenario);
    assert.equal(record.verdict, 'fail', reasonsOf(record));
    assert.equal(status, 1);
    assert.match(reasonsOf(record), /^split-differs: /);
    assert.equal(record.via, 'proxyless');
    assert.equal(record.calls[0]?.route?.source, 'VirtualService echo-grpc/echo-weights');
    assert.equal(record.calls[0].forwards?.url, XDS);
  });

  it('takes a URL of HTTP as a request of the mesh, and may make one request a call', async () => {
    const server = await drawing(0.2);
    const { record } = await verified(server, [
      ...['-f', 'scenarios/echo', '-N', 'echo-grpc', '-d', '{"count":1}', '-n', '6600'],
      ...['--forward-to', 'http://echo.echo-grpc.svc.cluster.local:7070/a'],
    ]);
    assert.equal(record.via, 'mesh');
    assert.equal(record.verdict, 'pass', reasonsOf(record));
    assert.deepEqual([record.calls[0]?.split?.observationsPerCall, record.load.sent], [1, 6600]);
  });

  it('names it where all requests of a call stay with one pod, and does not pass', async () => {
    const draw = drawsOf(0.2, 3);
    const server = await serving(({ count }) => {
      const version = draw();
      return { output: Array.from({ length: count }, (_, index) => entry(index, version)) };
    });
    const { status, record } = await verified(server, [...WEIGHTS, '--forward-to', XDS]);
    assert.equal(record.load.sent, 227);
    assert.equal(record.verdict, 'inconclusive', reasonsOf(record));
    assert.equal(status, 3);
    assert.match(reasonsOf(record), /^pinned-connections: All requests of a call stay with one/);
    assert.ok(record.findings.some(({ code }) => code === 'pinned-calls'));
    assert.equal(record.calls[0]?.split?.test?.decidedBy, 'calls');
  });

  it('counts errors that a failed call tells, and as missing what it hides; asks singly afterwards', async () => {
    const draw = drawsOf(0.2, 5);
    const tls =
      'rpc error: code = Unavailable desc = connection error: desc = "transport: authentication handshake failed: tls: first record does not look like a TLS handshake"';
    const server = await serving(({ count }, call) =>
      call % 10 === 3
        ? { error: `${Math.min(2, count)}/${count} requests had errors; first error: ${tls}` }
        : { output: entries(count, draw) },
    );
    const { status, record } = await verified(server, TO);
    const [{ split, forwards, failures } = {}] = record.calls;
    assert.deepEqual(
      [record.load.failed, split?.missing, forwards?.hidden, split?.errors?.failed],
      [66, 660, 528, 132],
    );
    assert.deepEqual(forwards?.failures, [
      {
        code: 'Unavailable',
        reason: tls.slice(tls.indexOf('connection error')),
        calls: 66,
        errors: 132,
      },
    ]);
    assert.deepEqual([failures?.length, failures?.[0]?.count], [1, 66]);
    // 2 % of the requests fail, and nobody may have the other 8 %.
    assert.equal(status, 1);
    assert.match(reasonsOf(record), /^error-rate: 132 of 6,600 requests failed/);
    assert.equal(forwards.singles?.sent, 20);
    const { observed, failures: single } = forwards.singles;
    const answered = Object.values(observed).reduce((sum, some) => sum + some, 0);
    assert.equal(answered + (single[0]?.calls ?? 0), 20);
    assert.equal(server.asked.filter(({ count }) => count === 1).length, 20);
    const finding = record.findings.find(({ code }) => code === 'forward-failures');
    assert.match(
      finding?.evidence ?? '',
      /66 of 660 calls of 10 requests failed: they tell 132 errors and hide 528 answers; 20 single calls/,
    );
  });

  it('does not pass where hidden answers could change it, however right the others are', async () => {
    const draw = drawsOf(0.2, 5);
    const server = await serving(({ count }, call) =>
      // One request in a thousand fails, and takes nine of a hundred along.
      call % 10 === 3 && count > 1
        ? { error: `1/${count} requests had errors; first error: EOF` }
        : { output: entries(count, draw) },
    );
    const { record } = await verified(server, [
      ...TO,
      '--max-error-rate',
      '5%',
      '--tolerance',
      '7pp',
    ]);
    assert.equal(record.verdict, 'inconclusive', reasonsOf(record));
    assert.match(reasonsOf(record), /missing-answers: /);
    assert.deepEqual(record.calls[0]?.forwards?.singles?.failures, []);
  });

  it('says that the time for all requests of a call was over', async () => {
    const server = await serving(({ count }) => ({
      error: `request set timed out after 2s and only 0/${count} requests completed (0s avg)`,
    }));
    const { status, record } = await verified(server, [
      ...WEIGHTS,
      '--forward-to',
      XDS,
      '-n',
      '40',
    ]);
    assert.equal(record.calls[0]?.forwards?.failures[0]?.errors, 400);
    assert.equal(record.calls[0].forwards.hidden, 0);
    const finding = record.findings.find(({ code }) => code === 'forward-failures');
    assert.match(finding?.advice ?? '', /timeout_micros/);
    assert.equal(status, 4);
  });

  it('takes another status than 200 as a failure of that request alone', async () => {
    const draw = drawsOf(0.2, 7);
    const server = await serving(({ count }) => ({
      output: ['[0] Url=http://echo:7070/\n[0] StatusCode=503\n', ...entries(count - 1, draw)],
    }));
    const { status, record } = await verified(server, [...TO, '--max-error-rate', '50%']);
    const [{ split, forwards } = {}] = record.calls;
    assert.deepEqual([record.load.ok, split?.missing, split?.errors?.failed], [660, 660, 660]);
    assert.deepEqual([forwards?.statuses, forwards?.hidden], [{ 503: 660 }, 0]);
    assert.deepEqual(split?.unattributed, 0);
    assert.ok(record.findings.some(({ code }) => code === 'forward-statuses'));
    const strict = await verified(server, TO);
    assert.equal(strict.status, 1, reasonsOf(strict.record));
    assert.equal(status, 3, reasonsOf(record));
  });

  it('has a sentence for answers without an entry for each request', async () => {
    const draw = drawsOf(0.2, 9);
    const server = await serving(({ count }, call) => {
      const some = [0, count - 3, count + 2, count][call % 4]!;
      return { output: [...entries(some, draw)] };
    });
    const { record } = await verified(server, TO);
    const { lacking, hidden } = record.calls[0]!.forwards!;
    assert.deepEqual(lacking, { empty: 165, fewer: 165, more: 165, unreadable: 0 });
    assert.equal(hidden, 165 * 13);
    assert.equal(record.verdict, 'inconclusive', reasonsOf(record));
    const finding = record.findings.find(({ code }) => code === 'forward-output');
    assert.match(finding?.evidence ?? '', /165 answers without any entry.*165 .*fewer.*165 .*more/);
  });

  it('is planned in calls, and explained by the route of its URL', async () => {
    const to = ['--forward-to', XDS];
    const planned = await splitproof(['plan', ...WEIGHTS, ...to, '--format', 'json']);
    const [{ requestsPerCall, needed } = { requestsPerCall: 0, needed: [] }] = (
      JSON.parse(planned.stdout) as {
        splits: { requestsPerCall: number; needed: { requests: number; calls: number }[] }[];
      }
    ).splits;
    assert.equal(requestsPerCall, 10);
    assert.equal(needed[0]?.calls, Math.ceil(needed[0]!.requests / 10));
    const shown = await splitproof(['plan', ...WEIGHTS, ...to]);
    assert.match(shown.stdout, /calls of 10/);
    const explained = await splitproof([
      'explain',
      '-f',
      'scenarios/echo',
      '-N',
      'echo-grpc',
      ...to,
    ]);
    assert.match(explained.stdout, /proxyless/);
    assert.match(explained.stdout, /echo-weights/);
    assert.match(explained.stdout, /\/proto\.EchoTestService\/Echo/);
  });

  it('says in one line what cannot come to an answer, and sends nothing', async () => {
    const server = await drawing(0.2);
    const wrongs: (readonly [args: string[], says: RegExp])[] = [
      [['--call', METHOD], /--data: say where the application sends/],
      [['--forward-to', 'echo:7070'], /--forward-to: "echo:7070" is no URL/],
      [['--forward-to', XDS, '-d', '{"count":20000}'], /--data: .*4 MiB.*at most 6,990/],
      [['--forward-to', XDS, '-d', '{"count":100,"qps":1}'], /--data: .*take 100 s/],
      [['--forward-to', XDS, '-t', '1s'], /--timeout: .*5 s/],
      [
        ['--forward-to', XDS, '--call', 'proto.EchoTestService/Echo'],
        /--forward-to: .*drop the method/,
      ],
      [['--forward-to', XDS, '--sequential'], /--sequential: /],
      [['--forward-to', XDS, '--identity', 'header:x-pod'], /--identity: .*use echo/],
      [['--forward-to', XDS, '--compare-destinations', 'v1:v2'], /--compare-destinations: /],
      [['--forward-to', XDS, '--allow-target', '127.0.0.1'], /none of the allowed targets/],
    ];
    for (const [args, says] of wrongs) {
      const { status, stderr, stdout } = await splitproof([
        ...['verify', ...WEIGHTS, '--plaintext', server.address, ...args],
      ]);
      assert.deepEqual([status, stdout], [2, ''], args.join(' '));
      assert.match(stderr, says, args.join(' '));
      assert.equal(stderr.trimEnd().split('\n').length, 1, stderr);
    }
    assert.equal(server.asked.length, 0);
  });
});
