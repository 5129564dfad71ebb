import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bench, type RunRecord, scenarioOf, type Settings, verify } from '../../src/index.js';
import { reasonsOf } from '../fixtures/command.js';
import { scriptedTransport, type TransportScript } from '../fixtures/scripted-transport.js';

const TIMEOUT = { timeout: 60_000 };
const SETTINGS: Settings = {
  target: '127.0.0.1:1',
  plaintext: true,
  call: 'helloworld.Greeter/SayHello',
  weights: 'v1=60,v2=40',
  connections: 4,
  concurrency: 16,
};
const PEERS = [
  { pod: 'grpc-helloworld-v1-5d4f8c9b7-abcde', weight: 60 },
  { pod: 'grpc-helloworld-v2-7c6d9f5b8-fghij', weight: 40 },
];

async function run(
  settings: Settings,
  script: Partial<TransportScript>,
  act: typeof verify = verify,
): Promise<RunRecord> {
  const command = act === verify ? 'verify' : 'bench';
  return await act(scenarioOf({ ...SETTINGS, ...settings }, command), {
    openTransport: scriptedTransport({ peers: PEERS, ...script }),
  });
}

function codesOf({ findings }: RunRecord): string[] {
  return findings.map(({ code }) => code).filter((code) => code !== 'client-bottleneck');
}

/** Each connection of a script is one to an address of its own. */
function outage(connection: number): NonNullable<TransportScript['outages']>[number] {
  return { connection, afterCalls: 200, lastsMs: Infinity, trouble: 'connection refused' };
}

describe('losses of a run', () => {
  it(
    'one of two addresses that is not there is a warning, and others are told',
    TIMEOUT,
    async () => {
      const unreachable = [{ address: '10.0.0.2:1', kind: 'refused', message: 'refused' }];
      const record = await run({}, { reach: { unreachable } });
      assert.equal(record.verdict, 'pass', reasonsOf(record));
      const [finding] = record.findings;
      assert.deepEqual([finding?.code, finding?.severity], ['address-unreachable', 'warning']);
      assert.ok(!JSON.stringify(record.findings).includes('Nothing listens'));
    },
  );

  for (const requestsPerSecond of [undefined, 2000]) {
    const loop = requestsPerSecond === undefined ? 'a closed' : 'an open';
    it(
      `an address that goes away has its share of the errors, in ${loop} loop`,
      TIMEOUT,
      async () => {
        const rps = requestsPerSecond === undefined ? {} : { rps: requestsPerSecond };
        const record = await run({ ...rps, requests: 4000 }, { outages: [outage(1)] });
        const finding = record.findings.find(({ code }) => code === 'address-unreachable');
        assert.match(finding!.summary, /1 of 4 addresses of the target went away: scripted:1 /);
        assert.match(finding!.evidence, /connection refused; .* \(100 %\)$/);
        assert.ok(!codesOf(record).includes('gateway-lost'));
      },
    );
  }

  it('a gateway that goes away and does not come back is told', TIMEOUT, async () => {
    const outages = [0, 1, 2, 3].map(outage);
    const record = await run({}, { outages });
    assert.equal(record.verdict, 'fail', reasonsOf(record));
    assert.ok(codesOf(record).includes('gateway-lost'), codesOf(record).join());
    const others = ['address-unreachable', 'backend-lost', 'weights-changed-during-run'];
    assert.ok(!codesOf(record).some((code) => others.includes(code)), codesOf(record).join());
  });
});

describe('a rate that was not reached', () => {
  const ENDLESS = { rps: 1e7, requests: 3000, concurrency: 4 };

  it('passes no load test, however short it was', TIMEOUT, async () => {
    const record = await run(ENDLESS, { answer: ({ pod }) => slow(pod) }, bench);
    assert.equal(record.verdict, 'inconclusive', reasonsOf(record));
    assert.match(reasonsOf(record), /rate-not-reached/);
    assert.ok(codesOf(record).includes('rate-not-reached'));
  });

  it('keeps no threshold of speed, and bars no split', TIMEOUT, async () => {
    const script: Partial<TransportScript> = { answer: ({ pod }) => slow(pod) };
    const kept = await run({ ...ENDLESS, threshold: ['p99<3600s'] }, script);
    assert.deepEqual(
      [kept.verdict, kept.thresholds[0]?.ok],
      ['inconclusive', null],
      reasonsOf(kept),
    );
    const split = await run({ ...ENDLESS, requests: 4000 }, script);
    assert.equal(split.verdict, 'pass', reasonsOf(split));
  });
});

describe('the latency of failures', () => {
  it('stands apart: quick failures make no answer quicker', TIMEOUT, async () => {
    const record = await run(
      { requests: 2000 },
      {
        answer: ({ ordinal, pod }) =>
          ordinal % 2 === 0
            ? { kind: 'answered', pods: [pod], status: 13, cause: 'out of order' }
            : { kind: 'answered', pods: [pod], delayMs: 30 },
      },
    );
    const { overall, failed, byDestination } = record.calls[0]!.latencyMs;
    assert.deepEqual([overall.count, failed?.count], [1000, 1000]);
    assert.ok(overall.min! >= 25, String(overall.min));
    assert.ok(failed!.p50! < overall.min!, String(failed!.p50));
    assert.equal(byDestination.v1!.count + byDestination.v2!.count, 1000);
  });
});

function slow(pod: string): { kind: 'answered'; pods: string[]; delayMs: number } {
  return { kind: 'answered', pods: [pod], delayMs: 2 };
}
