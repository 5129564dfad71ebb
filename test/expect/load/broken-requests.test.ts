import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Histogram } from '../../../src/count/histogram.js';
import { type BrokenEvidence, brokenRequests } from '../../../src/expect/load/broken-requests.js';
import { deadlineExceeded } from '../../../src/expect/load/deadline-exceeded.js';

/** 500 requests, of which so many had no answer in time. */
function lateOf(timedOut: number): Parameters<typeof deadlineExceeded>[0][number] {
  return { sent: 500, ends: { ok: 500 - timedOut, failed: 0, timedOut, cancelled: 0 } };
}

const NOTHING: BrokenEvidence = {
  ok: 10,
  broken: new Map(),
  reconnects: 3,
  rstStream: new Map([['REFUSED_STREAM', 4]]),
  words: ['anything'],
};

describe('requests that came to no status', () => {
  it('are not told of where there are none', () => {
    assert.deepEqual(brokenRequests(NOTHING), []);
    const neverAnswered = { ...NOTHING, ok: 0, broken: new Map([['connection', 3]] as const) };
    assert.deepEqual(brokenRequests(neverAnswered), []);
    assert.equal(deadlineExceeded([lateOf(0)]), null);
  });

  it('are told by what broke them, each with its number', () => {
    const findings = brokenRequests({
      ok: 1,
      broken: new Map([
        ['violation', 1],
        ['connection', 25],
        ['reset', 1200],
      ]),
      reconnects: 1,
      rstStream: new Map([
        ['INTERNAL_ERROR', 1150],
        ['CANCEL', 50],
      ]),
      words: ['a "b"', 'c', 'd', 'e'],
    });
    assert.deepEqual(
      findings.map(({ code, severity, about }) => [code, severity, about]),
      [
        ['connections-lost', 'warning', 'target'],
        ['streams-reset', 'warning', 'target'],
        ['protocol-violation', 'warning', 'target'],
      ],
    );
    const [lost, reset, violation] = findings.map(({ evidence }) => evidence);
    assert.match(lost!, /^25 requests .* made anew once$/);
    assert.equal(reset, '1,200 requests; RST_STREAM by code: INTERNAL_ERROR 1,150, CANCEL 50');
    assert.equal(violation, String.raw`1 request; "a \"b\""; "c"; "d"`);
  });

  it('are told of their deadline', () => {
    const { code, evidence } = deadlineExceeded([lateOf(300), lateOf(90)])!;
    assert.deepEqual([code, evidence], ['deadline-exceeded', '390 of 1,000 requests']);
  });

  it('are told of as streams where some had begun', () => {
    const messages = new Histogram();
    // 110 of them may be of streams that ended.
    for (let count = 0; count < 130; count++) messages.record(5);
    const streams = {
      ...{ received: 130, sent: 500, endedHere: 0, sendWaits: { count: 0, totalMicros: 0 } },
      ...{ firstMessage: messages.counts(), betweenMessages: [], byMessage: null },
      cut: { lasted: [], silent: [] },
    };
    const { evidence, advice } = deadlineExceeded([{ ...lateOf(390), streams }])!;
    assert.equal(evidence, '390 of 500 requests; 20 streams of them had begun to answer');
    assert.match(advice, /--duration/);
  });
});
