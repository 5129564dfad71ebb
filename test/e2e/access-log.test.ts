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
import { type Pods, startPods } from '../fixtures/greeters.js';
import { grpcClient } from '../fixtures/grpc-client.js';

const CALL = ['helloworld.Greeter/SayHello', '-d', '{"name":"Jack"}', '--plaintext'];
const MANIFESTS_60_40 = ['app', 'gateway', 'destination-rule', 'virtual-service-60-40'].flatMap(
  (name) => ['-f', `scenarios/asm-greeter/${name}.yaml`],
);
/** Twice what is planned for 60/40: a verdict comes out with near certainty. */
const ENOUGH = ['-n', '6200'];

function splitOf({ calls }: RunRecord): Record<string, number> {
  const { destinations } = calls[0]!.split!;
  return Object.fromEntries(destinations.map(({ name, observed }) => [name, observed]));
}

function codesOf({ findings }: RunRecord): string[] {
  return findings.map(({ code }) => code);
}

describe('who answered, by the access log of the real Envoy', () => {
  let pods: Pods;
  let folder: string;
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
  ): Promise<void> {
    const log = path.join(folder, 'access.log');
    // What was logged before is nobody's business.
    await writeFile(log, 'not a line of this run\n');
    const envoy = await startEnvoy({
      listeners: [
        {
          kind: 'http',
          accessLog: { path: log, format },
          clusters: Object.entries(weights).map(([name, weight]) => ({
            name: `outbound|50051|${name}|grpc-helloworld-py.default.svc.cluster.local`,
            weight,
            ports: [pods.ports[name]!],
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
        // Counted without the project's own reader: lines that end in the sample's user agent.
        const lines = (await readFile(log, 'utf8')).split('\n');
        const agent = `"splitproof/${record.tool.version} ${record.runId}"`;
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
      const agent = `"splitproof/${record.tool.version} night-42 nightly check"`;
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
