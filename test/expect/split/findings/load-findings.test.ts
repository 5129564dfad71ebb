import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type ClientEvidence,
  clientBottleneck,
} from '../../../../src/expect/split/findings/client-bottleneck.js';
import { loadCutShort } from '../../../../src/expect/split/findings/load-cut-short.js';
import { rateNotReached } from '../../../../src/expect/split/findings/rate-not-reached.js';
import { streamLimit } from '../../../../src/expect/split/findings/stream-limit.js';

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

  it('needs somebody who waited, and a limit', () => {
    assert.equal(streamLimit({ ...waiting, waited: 0 }), null);
    assert.equal(streamLimit({ ...waiting, maxConcurrentStreams: null }), null);
  });
});

describe('load-cut-short', () => {
  const cut = { sent: 40, planned: 3000, isGivenUp: true, maxConcurrentStreams: null };

  it('says how much of the load was sent, and what stood in the way', () => {
    assert.match(loadCutShort(cut)!.summary, /40 of 3,000 requests/);
    assert.match(loadCutShort({ ...cut, maxConcurrentStreams: 0 })!.evidence, /allows no streams/);
  });

  it('is not said of a load that was sent, or ended by the clock or by hand', () => {
    assert.equal(loadCutShort({ ...cut, sent: 3000 }), null);
    assert.equal(loadCutShort({ ...cut, planned: null }), null);
    assert.equal(loadCutShort({ ...cut, isGivenUp: false }), null);
  });
});

describe('rate-not-reached', () => {
  it('says which rate was reached', () => {
    assert.match(rateNotReached(1e6, 10_432.4, 64, 5000)!.summary, /10,432 instead of 1,000,000/);
    assert.equal(rateNotReached(1000, 995, 64, 5000), null);
    assert.equal(rateNotReached(null, 5, 64, 5000), null);
  });
});
