import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readRecord, type RunRecord, scenarioOf, type Settings, verify } from '../../src/index.js';
import type { Connection, OpenTransport } from '../../src/load/transport/transport.js';
import { mergeCounts } from '../../src/count/merge-counts.js';
import { countedOf } from '../../src/record/saved-counts.js';
import { scriptedTransport } from '../fixtures/scripted-transport.js';

const TIMEOUT = { timeout: 60_000 };
const TROUBLE = '127.0.0.1:8080: no file descriptor is left';
const PEERS = [
  { pod: 'grpc-helloworld-v1-5d4f8c9b7-abcde', weight: 60 },
  { pod: 'grpc-helloworld-v2-7c6d9f5b8-fghij', weight: 40 },
];

/** A connection that this side cannot open, or that the peer does not take. */
function notOpened(number: number, isOwn: boolean): Connection {
  return {
    remote: `scripted:${number}`,
    trouble: TROUBLE,
    shortage: isOwn ? 'no-descriptors' : null,
    call: () => 'not connected',
    cancel: () => undefined,
    ledger: () => ({
      ...{ goaway: 0, reconnects: 0, rstStream: {}, broken: new Map(), maxConcurrentStreams: null },
      ...(isOwn ? { shortage: 'no-descriptors' as const } : {}),
    }),
    close: () => Promise.resolve(),
  };
}

/** @param isOpen Which connections come to be. */
async function run(
  isOpen: (number: number) => boolean,
  isOwn: boolean,
  settings: Settings = {},
): Promise<RunRecord> {
  const open = scriptedTransport({ peers: PEERS });
  const openTransport: OpenTransport = async (...how) => {
    const transport = await open(...how);
    return {
      ...transport,
      dial: (number, ...to) =>
        isOpen(number) ? transport.dial(number, ...to) : Promise.resolve(notOpened(number, isOwn)),
    };
  };
  const record = await verify(
    scenarioOf(
      {
        target: '127.0.0.1:8080',
        plaintext: true,
        call: 'helloworld.Greeter/SayHello',
        weights: 'v1=60,v2=40',
        connections: 20,
        timeout: '1s',
        ...settings,
      },
      'verify',
    ),
    { openTransport },
  );
  assert.deepEqual(readRecord(JSON.stringify(record), 'run.json').record, record);
  return record;
}

describe('connections that the client cannot open', { concurrency: true }, () => {
  it(
    'leave requests unsent by its own doing: inconclusive, where the peer would fail',
    TIMEOUT,
    async () => {
      const isOpen = (number: number): boolean => number % 2 === 0;
      const [own, theirs] = await Promise.all([run(isOpen, true), run(isOpen, false)]);
      assert.deepEqual(Object.keys(own.load.unsentByCause), ['client']);
      assert.deepEqual(Object.keys(theirs.load.unsentByCause), ['no-connection']);
      assert.deepEqual([own.verdict, theirs.verdict], ['inconclusive', 'fail']);
      assert.equal(own.load.due, own.load.sent + own.load.unsent);
      const codes = own.findings.map(({ code, about }) => `${code} (${about})`);
      assert.ok(codes.includes('client-shortage (client)'), codes.join());
      assert.ok(!codes.some((code) => code.startsWith('stalled')), codes.join());
      assert.ok(own.reasons.some(({ code }) => code === 'client-shortage'));
      const shortage = own.findings.find(({ code }) => code === 'client-shortage')!;
      assert.equal(shortage.evidence, '10 of 20 connections could not be opened at times');
    },
  );

  it('are no unreachable target, even where none could be opened', TIMEOUT, async () => {
    for (const settings of [{}, { rps: 500 }, { duration: '1s' }] as Settings[]) {
      const record = await run(() => false, true, settings);
      assert.deepEqual(
        [record.verdict, record.end, record.load.sent],
        ['inconclusive', 'complete', 0],
        JSON.stringify(settings),
      );
      assert.deepEqual(
        Object.keys(record.load.unsentByCause).filter((cause) => cause !== 'client'),
        [],
      );
    }
  });

  it('leave a threshold of the rate open', TIMEOUT, async () => {
    const { thresholds } = await run((number) => number > 0, true, { threshold: ['rate>1000000'] });
    assert.deepEqual(
      thresholds.map(({ ok }) => ok),
      [null],
    );
  });

  it('add up over shards, and through a record', TIMEOUT, async () => {
    const { counted } = await run((number) => number > 2, true);
    const once = countedOf(counted);
    assert.deepEqual(once.transport.shortages, new Map([['no-descriptors', 3]]));
    const twice = mergeCounts(once, once);
    assert.deepEqual(twice.transport.shortages, new Map([['no-descriptors', 6]]));
    const clean = countedOf((await run(() => true, true)).counted);
    assert.equal(clean.transport.shortages, undefined);
    assert.deepEqual(mergeCounts(clean, once).transport.shortages, once.transport.shortages);
  });
});
