import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type ClientEvidence,
  clientBottleneck,
} from '../../../src/verdict/findings/client-bottleneck.js';
import { rateNotReached } from '../../../src/verdict/findings/rate-not-reached.js';
import { streamLimit } from '../../../src/verdict/findings/stream-limit.js';

const CALM: ClientEvidence = {
  durationMs: 10_000,
  threads: [
    { utilisation: 0.4, lagP99Ms: 1 },
    { utilisation: 0.5, lagP99Ms: 2 },
  ],
  slipP99Ms: null,
  waitedForServer: false,
  isSpeedAsked: true,
};

describe('client-bottleneck', () => {
  it('says nothing of a client that had time to spare', () => {
    assert.equal(clientBottleneck(CALM), null);
    assert.equal(clientBottleneck({ ...CALM, slipP99Ms: 3 }), null);
  });

  it('is shown by one busy thread, by late timers and by late requests', () => {
    const busy = { ...CALM, threads: [...CALM.threads, { utilisation: 0.99, lagP99Ms: 0 }] };
    assert.match(clientBottleneck(busy)!.evidence, /busy 99 %/);
    const late = { ...CALM, threads: [{ utilisation: 0.5, lagP99Ms: 80 }] };
    assert.match(clientBottleneck(late)!.evidence, /timers were 80 ms late/);
    assert.match(clientBottleneck({ ...CALM, slipP99Ms: 35 })!.evidence, /35 ms late/);
  });

  it('is a remark where only the split was asked for', () => {
    const late = { ...CALM, threads: [{ utilisation: 0.5, lagP99Ms: 80 }] };
    assert.equal(clientBottleneck(late)!.severity, 'warning');
    assert.equal(clientBottleneck({ ...late, isSpeedAsked: false })!.severity, 'info');
  });

  it('does not blame the client for what waited for the server', () => {
    assert.equal(clientBottleneck({ ...CALM, slipP99Ms: 900, waitedForServer: true }), null);
  });

  it('says nothing of a run that was hardly more than its own start', () => {
    const threads = [{ utilisation: 1, lagP99Ms: 100 }];
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

  it('needs somebody who waited, and a limit', () => {
    assert.equal(streamLimit({ ...waiting, waited: 0 }), null);
    assert.equal(streamLimit({ ...waiting, maxConcurrentStreams: null }), null);
  });
});

describe('rate-not-reached', () => {
  it('says which rate was reached', () => {
    assert.match(rateNotReached(1e6, 10_432.4, 64, 5000)!.summary, /10,432 instead of 1,000,000/);
    assert.equal(rateNotReached(1000, 995, 64, 5000), null);
    assert.equal(rateNotReached(null, 5, 64, 5000), null);
  });
});
