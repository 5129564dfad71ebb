import assert from 'node:assert/strict';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import type { RunRecord } from '../../src/record/run-record.js';
import { ISTIO_JSON, ISTIO_TEXT } from '../fixtures/access-log-formats.js';
import { reasonsOf, recordOf } from '../fixtures/command.js';
import { type Envoy, startEnvoy } from '../fixtures/envoy.js';
import { FAULT } from '../fixtures/envoy-config.js';
import { type Pods, startPods } from '../fixtures/greeters.js';
import { grpcClient } from '../fixtures/grpc-client.js';

const CALL = ['helloworld.Greeter/SayHello', '-d', '{"name":"Jack"}', '--plaintext'];
const MANIFESTS_60_40 = ['app', 'gateway', 'destination-rule', 'virtual-service-60-40'].flatMap(
  (name) => ['-f', `scenarios/asm-greeter/${name}.yaml`],
);
/** Twice what is planned for 60/40: a verdict comes out with near certainty. */
const ENOUGH = ['-n', '6200'];

/** What is wrong with destinations, by their names. */
interface Trouble {
  /** The proxy holds back each request for so long. */
  delaysMs?: Record<string, number>;
  /** The ports of other hosts than the pods that serve. */
  hosts?: Record<string, number[]>;
}

function splitOf({ calls }: RunRecord): Record<string, number> {
  const { destinations } = calls[0]!.split!;
  return Object.fromEntries(destinations.map(({ name, observed }) => [name, observed]));
}

/** The lines of a run, found without the project's own reader. */
async function linesOf({ tool, runId }: RunRecord, log: string): Promise<string[]> {
  const lines = (await readFile(log, 'utf8')).split('\n');
  return lines.filter((line) => line.includes(`splitproof/${tool.version} ${runId} `));
}

function codesOf({ findings }: RunRecord): string[] {
  return findings.map(({ code }) => code);
}

describe('who answered, by the access log of the real Envoy', () => {
  let pods: Pods;
  let folder: string;
  let envoys = 0;
  before(async () => {
    pods = await startPods('greeter', ['v1', 'v2']);
    folder = await mkdtemp(path.join(tmpdir(), 'splitproof-log-'));
  });
  after(async () => {
    await pods.close();
    await rm(folder, { recursive: true });
  });

  async function withEnvoy(
    weights: Record<string, number>,
    format: typeof ISTIO_JSON | string,
    use: (envoy: Envoy, log: string) => Promise<void>,
    { delaysMs = {}, hosts = {} }: Trouble = {},
  ): Promise<void> {
    envoys += 1;
    const log = path.join(folder, `access-${envoys}.log`);
    // What was logged before is nobody's business.
    await writeFile(log, 'not a line of this run\n');
    const envoy = await startEnvoy({
      listeners: [
        {
          kind: 'http',
          accessLog: { path: log, format },
          filters: [FAULT],
          retryOn: 'connect-failure',
          clusters: Object.entries(weights).map(([name, weight]) => ({
            name: `outbound|50051|${name}|grpc-helloworld-py.default.svc.cluster.local`,
            weight,
            ports: hosts[name] ?? [pods.ports[name]!],
            ...(delaysMs[name] === undefined ? {} : { delayMs: delaysMs[name] }),
          })),
        },
      ],
    });
    try {
      await use(envoy, log);
    } finally {
      await envoy.stop();
    }
  }

  const formats = { text: ISTIO_TEXT, JSON: ISTIO_JSON };
  for (const [name, format] of Object.entries(formats)) {
    it(`passes 60/40 by lines of ${name}, beside the traffic of others`, async () => {
      await withEnvoy({ v1: 60, v2: 40 }, format, async (envoy, log) => {
        const before = pods.served();
        const others = foreignTraffic(envoy.address);
        const { status, record } = await recordOf([
          ...['verify', envoy.address, ...CALL, ...MANIFESTS_60_40, ...ENOUGH],
          ...['--warmup', '200', '--identity', `access-log:${log}`],
        ]);
        const foreign = await others.stop();
        assert.equal(status, 0, reasonsOf(record));
        const { v1 = 0, v2 = 0 } = splitOf(record);
        assert.equal(v1 + v2, 6200);
        assert.ok(foreign > 0);
        // All that the pods served was of the sample, the warm-up, or the others.
        const after = pods.served();
        const served = after.v1! - before.v1! + (after.v2! - before.v2!);
        assert.equal(served, 6200 + 200 + foreign);
        // Counted without the project's own reader: lines that have the sample's user agent.
        const lines = (await readFile(log, 'utf8')).split('\n');
        const agent = `"splitproof/${record.tool.version} ${record.runId} request/0.`;
        const own = lines.filter((line) => line.includes(agent));
        assert.equal(own.length, 6200);
        assert.equal(v1, own.filter((line) => line.includes('|v1|')).length);
        // The lines name the ports of our connections, so that these could be looked at.
        const connections = record.transport.connections.map(({ observed }) => observed);
        assert.equal(connections.length, 32);
        assert.equal(sum(connections.map((observed) => observed.v1 ?? 0)), v1);
        assert.ok(!reasonsOf(record).includes('dependence-not-seen'));
      });
    });
  }

  const SLOW_MS = 40;
  for (const [name, format] of Object.entries(formats)) {
    it(`knows by lines of ${name} which destination is slow`, async () => {
      const use = async (envoy: Envoy, log: string): Promise<void> => {
        const others = foreignTraffic(envoy.address);
        const { status, record } = await recordOf([
          ...['verify', envoy.address, ...CALL, ...MANIFESTS_60_40, ...ENOUGH],
          ...['--workers', '2', '--concurrency', '200', '--identity', `access-log:${log}`],
        ]);
        await others.stop();
        assert.equal(status, 0, reasonsOf(record));
        const [call] = record.calls;
        assert.equal(call!.accessLog?.requestsKnown, true);
        // As awk would have it: which numbers stand in the lines, and how many lines name v2.
        const own = await linesOf(record, log);
        const numbers = own.map((line) => /request\/[01]\.[0-9a-f]{8}/.exec(line)?.[0]);
        assert.equal(new Set(numbers).size, 6200);
        const slow = own.filter((line) => line.includes('|v2|')).length;
        const { v1, v2 } = call!.latencyMs.byDestination;
        assert.deepEqual([v1!.count, v2!.count], [6200 - slow, slow]);
        // Timers of the proxy are not exact.
        assert.ok(v2!.min! > SLOW_MS / 2 && v1!.min! < v2!.min!, `${v1!.min}, ${v2!.min}`);
        // This side waits for as long as Envoy says that each took, in whole milliseconds, or longer.
        const took = (cluster: string): number[] =>
          own
            .filter((line) => line.includes(cluster))
            .map((line) =>
              Number(/"duration":(\d+)|" \d+ \d+ (\d+) /.exec(line)?.slice(1).join('')),
            );
        for (const [cluster, latency] of [
          ['|v1|', v1!],
          ['|v2|', v2!],
        ] as const) {
          const durations = took(cluster);
          assert.ok(latency.mean! >= sum(durations) / durations.length, cluster);
          assert.ok(latency.max! >= Math.max(...durations), cluster);
        }
        assert.ok(v1!.p50! < v2!.p50!);
        const { connections } = record.transport;
        assert.equal(sum(connections.map(({ observed }) => observed.v2 ?? 0)), slow);
        assert.ok(!reasonsOf(record).includes('dependence-not-seen'));
      };
      await withEnvoy({ v1: 60, v2: 40 }, format, use, { delaysMs: { v2: SLOW_MS } });
    });
  }

  it('counts a request once that the proxy tried twice, and failures for the destination asked', async () => {
    const gone = await startPods('greeter', ['v1', 'v2']);
    await gone.close();
    const use = async (envoy: Envoy, log: string): Promise<void> => {
      const { record } = await recordOf([
        // Envoy waits before it tries again, and tries three again at a time.
        ...['verify', envoy.address, ...CALL, ...MANIFESTS_60_40, '-n', '100'],
        ...['--concurrency', '2', '--identity', `access-log:${log}`],
      ]);
      const own = (await linesOf(record, log)).map(
        (line) => JSON.parse(line) as Record<string, unknown>,
      );
      assert.equal(own.length, 100);
      assert.equal(record.calls[0]!.accessLog?.requestsKnown, true);
      for (const { name, observed, failed } of record.calls[0]!.split!.destinations) {
        const asked = own.filter((line) => String(line.upstream_cluster).includes(`|${name}|`));
        assert.equal(observed, asked.length);
        const lost = asked.filter(({ response_flags: flags }) => String(flags).includes('UF'));
        assert.equal(failed, lost.length);
        assert.equal(failed, name === 'v2' ? observed : 0);
      }
      assert.ok(
        own.some(({ upstream_cluster: cluster, attempts }) => {
          return String(cluster).includes('|v1|') && String(attempts) === '2';
        }),
      );
    };
    // One host of v1 is gone, and v2 as a whole.
    const hosts = { v1: [gone.ports.v1!, pods.ports.v1!], v2: [gone.ports.v2!] };
    const format = { ...ISTIO_JSON, attempts: '%UPSTREAM_REQUEST_ATTEMPT_COUNT%' };
    await withEnvoy({ v1: 60, v2: 40 }, format, use, { hosts });
  });

  it('says what it leaves out where the log cuts the user agent short', async () => {
    const format = ISTIO_TEXT.replace('%REQ(USER-AGENT)%', '%REQ(USER-AGENT):48%');
    const use = async (envoy: Envoy, log: string): Promise<void> => {
      const { status, record, stdout } = await recordOf([
        ...['verify', envoy.address, ...CALL, ...MANIFESTS_60_40, ...ENOUGH],
        ...['--identity', `access-log:${log}`, '--run-id', 'cut'],
        ...['--user-agent', 'a-text-that-is-long-enough-to-lose-the-number'],
      ]);
      assert.equal(status, 0, `${reasonsOf(record)} ${stdout}`);
      const [call] = record.calls;
      assert.deepEqual(
        [call!.accessLog?.requestsKnown, call!.accessLog?.connectionsKnown, call!.split!.n],
        [false, true, 6200],
      );
      assert.deepEqual(call!.latencyMs.byDestination, {});
    };
    await withEnvoy({ v1: 60, v2: 40 }, format, use);
  });

  it('reads the same from standard input, which goes on after the run', async () => {
    await withEnvoy({ v1: 60, v2: 40 }, ISTIO_TEXT, async (envoy, log) => {
      const followed = follow(log);
      const { status, record } = await recordOf(
        [
          ...['verify', envoy.address, ...CALL, ...MANIFESTS_60_40, ...ENOUGH],
          ...[
            '--identity',
            'access-log:-',
            '--run-id',
            'night-42',
            '--user-agent',
            'nightly check',
          ],
        ],
        { stdin: followed.stream },
      );
      await followed.stop();
      assert.equal(status, 0, reasonsOf(record));
      assert.equal(record.runId, 'night-42');
      assert.equal(record.calls[0]!.split!.n, 6200);
      const lines = (await readFile(log, 'utf8')).split('\n');
      const agent = `"splitproof/${record.tool.version} night-42 nightly check request/0.`;
      assert.equal(lines.filter((line) => line.includes(agent)).length, 6200);
    });
  });

  it('does without connections where the client cannot tell its ports, and says so', async () => {
    await withEnvoy({ v1: 60, v2: 40 }, ISTIO_TEXT, async (envoy, log) => {
      const { status, record } = await recordOf([
        ...['verify', envoy.address, ...CALL, ...MANIFESTS_60_40, ...ENOUGH],
        ...['--identity', `access-log:${log}`, '--engine', 'grpc-js'],
      ]);
      assert.equal(status, 0, reasonsOf(record));
      assert.equal(record.calls[0]!.split!.n, 6200);
      assert.ok(reasonsOf(record).includes('dependence-not-seen'), reasonsOf(record));
    });
  });

  it('fails 60/40 served as 40/60', async () => {
    await withEnvoy({ v1: 40, v2: 60 }, ISTIO_JSON, async (envoy, log) => {
      const { status, record } = await recordOf([
        ...['verify', envoy.address, ...CALL, ...MANIFESTS_60_40, ...ENOUGH],
        ...['--identity', `access-log:${log}`],
      ]);
      assert.equal(status, 1, reasonsOf(record));
      assert.ok(reasonsOf(record).includes('split-differs'));
    });
  });

  it('waits for a roll-out, whose requests are no part of the sample', async () => {
    await withEnvoy({ v1: 60, v2: 40 }, ISTIO_TEXT, async (envoy, log) => {
      const { status, record } = await recordOf([
        ...['verify', envoy.address, ...CALL, ...MANIFESTS_60_40, ...ENOUGH],
        ...['--identity', `access-log:${log}`, '--wait-for-rollout', '30s'],
      ]);
      assert.equal(status, 0, reasonsOf(record));
      assert.equal(record.rollout?.followed, true);
      assert.ok(record.load.excluded >= 200);
      assert.equal(record.calls[0]!.split!.sampled, 6200);
      assert.equal(record.calls[0]!.split!.missing, 0);
    });
  });

  it('tells the calls of a run apart', async () => {
    await withEnvoy({ v1: 60, v2: 40 }, ISTIO_TEXT, async (envoy, log) => {
      const before = pods.served();
      const { record } = await recordOf([
        ...['verify', envoy.address, '--plaintext', ...MANIFESTS_60_40, '-n', '2000'],
        ...['--call', 'helloworld.Greeter/SayHello', '--call', 'grpc.health.v1.Health/Check'],
        ...['-d', '{}', '--identity', `access-log:${log}`],
      ]);
      const after = pods.served();
      const splits = record.calls.map(({ split }) => split!);
      assert.deepEqual(
        splits.map(({ n, missing }) => [n, missing]),
        [
          [1000, 0],
          [1000, 0],
        ],
      );
      const v1 = sum(splits.map(({ destinations }) => destinations[0]!.observed));
      assert.equal(v1, after.v1! - before.v1!);
    });
  });

  it('leaves a run open of which half the lines are lost, and says so', async () => {
    await withEnvoy({ v1: 60, v2: 40 }, ISTIO_TEXT, async (envoy, log) => {
      const followed = follow(log, 3000);
      const { status, record, stderr } = await recordOf(
        [
          ...['verify', envoy.address, ...CALL, ...MANIFESTS_60_40, ...ENOUGH],
          ...['--identity', 'access-log:-'],
        ],
        { stdin: followed.stream },
      );
      await followed.stop();
      assert.equal(status, 3, `${reasonsOf(record)} ${stderr}`);
      const { n, missing, sampled } = record.calls[0]!.split!;
      assert.deepEqual([n, missing, sampled], [3000, 3200, 6200]);
      const finding = record.findings.find(({ code }) => code === 'access-log-incomplete');
      assert.match(finding?.evidence ?? '', /^3,000 of 6,200 lines came; the log ended/);
    });
  });

  it('takes no line for proof of which there are too many', async () => {
    await withEnvoy({ v1: 60, v2: 40 }, ISTIO_TEXT, async (envoy, log) => {
      const twice = path.join(folder, 'twice.log');
      await writeFile(twice, '');
      const followed = follow(log);
      const copy = createWriteStream(twice, { flags: 'a' });
      followed.stream.on('data', (lines: Buffer) => {
        copy.write(lines);
        copy.write(lines);
      });
      const { status, record } = await recordOf([
        ...['verify', envoy.address, ...CALL, ...MANIFESTS_60_40, ...ENOUGH],
        ...['--identity', `access-log:${twice}`],
      ]);
      await followed.stop();
      copy.end();
      assert.equal(status, 3, reasonsOf(record));
      assert.equal(record.calls[0]!.split!.n, 0);
      assert.ok(codesOf(record).includes('access-log-exceeds'), codesOf(record).join());
    });
  });
});

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** Calls of another client, one after the other. */
function foreignTraffic(address: string): { stop(): Promise<number> } {
  const client = grpcClient('greeter', address);
  const over = new AbortController();
  let answered = 0;
  const calling = (async () => {
    while (!over.signal.aborted) {
      await client.call('SayHello', { name: 'Jill' });
      answered += 1;
    }
  })();
  return {
    stop: async () => {
      over.abort();
      await calling;
      client.close();
      return answered;
    },
  };
}

/** What is written to a file, as `tail -f` gives it. @param most Lines of a run, after which it ends. */
function follow(file: string, most = Infinity): { stream: Readable; stop(): Promise<void> } {
  const stream = new PassThrough();
  const over = new AbortController();
  const following = (async () => {
    let position = (await readFile(file)).length;
    let lines = 0;
    let rest = '';
    while (!over.signal.aborted && lines < most) {
      const text = rest + (await textFrom(file, position));
      position += Buffer.byteLength(text) - Buffer.byteLength(rest);
      const parts = text.split('\n');
      rest = parts.pop() ?? '';
      const taken = parts.slice(0, most - lines);
      lines += taken.length;
      if (taken.length > 0) stream.write(`${taken.join('\n')}\n`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    stream.end();
  })();
  return {
    stream,
    stop: async () => {
      over.abort();
      await following;
    },
  };
}

async function textFrom(file: string, position: number): Promise<string> {
  let text = '';
  for await (const chunk of createReadStream(file, { start: position, encoding: 'utf8' })) {
    text += String(chunk);
  }
  return text;
}
