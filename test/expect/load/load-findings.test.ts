import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { UnsentCause } from '../../../src/count/counted.js';
import {
  type ClientEvidence,
  clientBottleneck,
} from '../../../src/expect/load/client-bottleneck.js';
import { type AccountEvidence, loadCutShort } from '../../../src/expect/load/load-cut-short.js';
import { rateNotReached } from '../../../src/expect/load/rate-not-reached.js';
import { stalled } from '../../../src/expect/load/stalled.js';
import { streamLimit } from '../../../src/expect/load/stream-limit.js';
import { unreachableFinding } from '../../../src/expect/load/unreachable.js';
import { isPeers, unsentRequests } from '../../../src/expect/unsent.js';
import { workerDied } from '../../../src/expect/load/worker-died.js';
import type { Finding, Place, Setting } from '../../../src/finding.js';

const CALM_THREAD = { utilisation: 0.4, lagP99Ms: 1, latenessP99Ms: null };
const CALM: ClientEvidence = {
  durationMs: 10_000,
  threads: [CALM_THREAD, { ...CALM_THREAD, utilisation: 0.5 }],
  isSpeedAsked: true,
};

describe('client-bottleneck', () => {
  it('says nothing of a client that had time to spare', () => {
    assert.equal(clientBottleneck(CALM), null);
    assert.equal(
      clientBottleneck({ ...CALM, threads: [{ ...CALM_THREAD, latenessP99Ms: 3 }] }),
      null,
    );
  });

  it('is shown by one busy thread, by late timers and by late requests', () => {
    const busy = { ...CALM, threads: [CALM_THREAD, { ...CALM_THREAD, utilisation: 0.99 }] };
    assert.match(clientBottleneck(busy)!.evidence, /busy 99 %/);
    const late = { ...CALM, threads: [{ ...CALM_THREAD, lagP99Ms: 80 }] };
    assert.match(clientBottleneck(late)!.evidence, /timers were 80 ms late/);
    const unpunctual = { ...CALM, threads: [CALM_THREAD, { ...CALM_THREAD, latenessP99Ms: 35 }] };
    assert.match(clientBottleneck(unpunctual)!.evidence, /went out 35 ms late/);
  });

  it('is a remark where only the split was asked for', () => {
    const late = { ...CALM, threads: [{ ...CALM_THREAD, lagP99Ms: 80 }] };
    assert.equal(clientBottleneck(late)!.severity, 'warning');
    assert.equal(clientBottleneck({ ...late, isSpeedAsked: false })!.severity, 'info');
  });

  it('says nothing of a run that was hardly more than its own start', () => {
    const threads = [{ utilisation: 1, lagP99Ms: 100, latenessP99Ms: 100 }];
    assert.equal(clientBottleneck({ ...CALM, durationMs: 300, threads }), null);
  });
});

describe('stream-limit', () => {
  const waiting = {
    waited: 50,
    waitedMs: 200,
    sent: 1000,
    connections: 2,
    concurrency: 300,
    maxConcurrentStreams: 100,
  };

  it('says who waited, how long, and how many connections it takes', () => {
    const { evidence, advice } = streamLimit(waiting)!;
    assert.match(evidence, /50 of 1,000 requests waited 4\.0 ms on average/);
    assert.match(advice, /at least 3 connections/);
  });

  it('needs a request that waited, and a limit', () => {
    assert.equal(streamLimit({ ...waiting, waited: 0 }), null);
    assert.equal(streamLimit({ ...waiting, maxConcurrentStreams: null }), null);
  });
});

describe('load-cut-short', () => {
  const cut: AccountEvidence = {
    due: 3000,
    sent: 40,
    unsent: new Map([['no-answer', 2960]]),
    words: [],
    maxConcurrentStreams: null,
  };

  it('says how much of the load was not sent, and what stood in the way', () => {
    const { summary, severity, about } = loadCutShort(cut)!;
    assert.match(summary, /^2,960 of 3,000 requests were not sent because nothing was answered/);
    assert.deepEqual([severity, about], ['error', 'load']);
    assert.match(loadCutShort({ ...cut, maxConcurrentStreams: 0 })!.evidence, /allows no streams/);
    const words = ['connection refused', 'b', 'c', 'd'];
    assert.match(loadCutShort({ ...cut, words })!.evidence, /refused; b; c$/);
  });

  it('names each of several causes with its number, and is an error where one is the peer’s', () => {
    const some = (...causes: [UnsentCause, number][]): Finding | null =>
      loadCutShort({ ...cut, unsent: new Map(causes) });
    const mixed = some(['no-place', 5], ['no-connection', 1000], ['interrupted', 2]);
    assert.match(mixed!.summary, /^1,007 of .*: 1,000 because .*, 5 because .*, 2 because .*\.$/);
    assert.equal(mixed!.severity, 'error');
    for (const cause of ['no-connection', 'no-stream', 'no-answer'] as const) {
      assert.ok(isPeers(cause));
      assert.equal(some([cause, 1])?.severity, 'error');
    }
    for (const cause of ['no-place', 'client'] as const) {
      assert.ok(!isPeers(cause));
      assert.equal(some([cause, 1])?.severity, 'warning');
      assert.equal(some([cause, 1], ['interrupted', 9])?.severity, 'warning');
    }
  });

  it('is not said of a load that was sent, or that somebody ended', () => {
    assert.equal(loadCutShort({ ...cut, unsent: new Map([['stopped', 9]]) }), null);
    assert.equal(loadCutShort({ ...cut, sent: 3000, unsent: new Map() }), null);
    assert.equal(loadCutShort({ ...cut, unsent: new Map([['interrupted', 2960]]) }), null);
    assert.equal(loadCutShort({ ...cut, unsent: new Map([['no-place', 0]]) }), null);
  });

  it('adds up whose doing it was', () => {
    const unsent = new Map<UnsentCause, number>([
      ['no-stream', 3],
      ['no-answer', 4],
      ['client', 5],
      ['stopped', 6],
    ]);
    assert.deepEqual(unsentRequests(unsent), { byPeer: 7, byUs: 11 });
  });
});

describe('stalled', () => {
  const stretches = [
    { startSeconds: 0.5, lengthSeconds: 1.25 },
    { startSeconds: 12, lengthSeconds: 4.8 },
  ];

  it('names the longest stretch without an answer, and how many there are', () => {
    const { summary, evidence, about } = stalled(stretches, true)!;
    assert.match(summary, /no answer for 4\.8 s, from 12 s into the sample/);
    assert.match(
      evidence,
      /^2 pauses without any answer: 4\.8 s from 12 s on, 1\.25 s from 0\.5 s/,
    );
    assert.equal(about, 'target');
  });

  it('is an error where the run fails by it, else a warning', () => {
    assert.equal(stalled(stretches, true)!.severity, 'error');
    assert.equal(stalled(stretches, false)!.severity, 'warning');
  });

  it('says so where it does not tell all of many', () => {
    const many = Array.from({ length: 9 }, (_, i) => ({ startSeconds: 9 * i, lengthSeconds: 2 }));
    assert.match(stalled(many, false)!.evidence, /^9 pauses .* from 36 s on, and shorter ones$/);
  });

  it('needs a stretch', () => {
    assert.equal(stalled([], true), null);
  });
});

describe('worker-died', () => {
  it('says how many died of what, and what they took with them', () => {
    const deaths = [
      { why: 'out of memory', sent: 1200 },
      { why: 'another', sent: 34 },
    ];
    const { summary, evidence, severity, about } = workerDied(deaths, 4)!;
    assert.match(summary, /^2 of 4 workers died/);
    assert.match(evidence, /^out of memory; the 1,234 requests/);
    assert.deepEqual([severity, about], ['error', 'client']);
    assert.equal(workerDied([], 4), null);
  });
});

describe('addresses that cannot be reached', () => {
  const of = (kind: string): Finding =>
    unreachableFinding({ address: '127.0.0.1:1', kind, message: '127.0.0.1:1: refused' }, SETTINGS);
  const placed = (line: number): Place => {
    return { file: 'gw.yaml', line, column: 1, document: null, path: null };
  };
  const SETTINGS: Setting[] = [
    { kind: 'gateway-hosts', text: 'hosts: a.example', place: placed(9) },
    { kind: 'gateway-protocol', text: 'protocol: HTTPS', place: placed(7) },
  ];

  it('are named by what stands in the way', () => {
    assert.equal(of('refused').code, 'connection-refused');
    assert.match(of('refused').advice, /address and the port/);
    assert.equal(of('socket-refused').code, 'connection-refused');
    assert.match(of('socket-refused').advice, /path of the socket/);
    assert.equal(of('refused').evidence, '127.0.0.1:1: refused');
    assert.equal(of('alpn-not-h2').code, 'alpn-not-h2');
    assert.equal(of('http1').code, 'protocol-mismatch');
  });

  it('have the place of what the configuration says of it', () => {
    const { place, evidence } = of('tls-on-plaintext-port');
    assert.equal(place?.line, 7);
    assert.equal(evidence, '127.0.0.1:1: refused; configured: protocol: HTTPS');
    assert.equal(of('tls-closed').place?.line, 9);
    // Of certificates nothing is said here, and nothing listens wherever it is configured.
    for (const kind of ['certificate-expired', 'refused']) assert.equal(of(kind).place, null);
  });

  it('have a name where the cause has none of its own', () => {
    for (const kind of ['timeout', 'constructor', '__proto__']) {
      assert.equal(of(kind).code, 'target-unreachable');
    }
  });
});

describe('rate-not-reached', () => {
  it('says which rate was reached', () => {
    assert.match(rateNotReached(1e6, 10_432.4, 64, 5000)!.summary, /10,432 instead of 1,000,000/);
    assert.equal(rateNotReached(1000, 995, 64, 5000), null);
    assert.equal(rateNotReached(null, 5, 64, 5000), null);
  });

  it('is seen in a short run as well, where it was missed by far', () => {
    // 3,089 requests in 120 ms.
    assert.match(rateNotReached(1e7, 25_742, 64, 120)!.summary, /25,742 instead of 10,000,000/);
    // A pause of the machine in a short run.
    assert.equal(rateNotReached(1000, 800, 64, 125), null);
    assert.equal(rateNotReached(1000, 400, 64, 25), null);
  });
});
