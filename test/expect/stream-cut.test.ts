import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { StreamCounts } from '../../src/count/counted.js';
import { Histogram } from '../../src/count/histogram.js';
import { streamCut } from '../../src/expect/stream-cut.js';

function cutAfter(lastedMs: readonly number[], silentMs: readonly number[]): StreamCounts {
  const recorded = (all: readonly number[]) => {
    const histogram = new Histogram();
    for (const one of all) histogram.record(one);
    return histogram.counts();
  };
  return {
    ...{ received: 0, sent: 0, endedHere: 0, sendWaits: { count: 0, totalMicros: 0 } },
    ...{ firstMessage: [], betweenMessages: [], byMessage: null },
    cut: { lasted: recorded(lastedMs), silent: recorded(silentMs) },
  };
}

const PLACE = { file: 'vs.yaml', line: 12, column: 3, document: 1, path: 'spec.http[0].timeout' };

describe('streams that were cut', () => {
  it('are none where streams only fail', () => {
    assert.equal(streamCut({ streams: cutAfter([], []), sent: 10 }, null), null);
    assert.equal(streamCut({ sent: 10 }, { ms: 1000, place: PLACE }), null);
  });

  it('are put down to the timeout of the route that they lasted as long as', () => {
    const streams = cutAfter([1001, 1004, 1030, 1002], [1, 20, 90, 40]);
    const finding = streamCut({ streams, sent: 10 }, { ms: 1000, place: PLACE });
    assert.equal(finding?.code, 'stream-cut');
    assert.match(finding.summary, /route’s timeout of 1000 ms/);
    assert.match(finding.advice, /Leave timeout out of the VirtualService/);
    assert.match(finding.evidence, /^4 of 10 streams/);
    assert.deepEqual(finding.place, PLACE);
  });

  it('are not where the route’s is another', () => {
    const streams = cutAfter([1001, 1004, 1030, 1002], [1, 20, 90, 40]);
    const finding = streamCut({ streams, sent: 10 }, { ms: 15_000, place: PLACE });
    assert.equal(finding?.place, null);
    assert.match(finding.advice, /timeout of the whole stream/);
  });

  it('show an idle timeout by an equal silence', () => {
    const streams = cutAfter([3000, 5400, 8100, 9900], [2001, 2010, 2003, 2030]);
    assert.match(streamCut({ streams, sent: 4 }, null)!.advice, /stream_idle_timeout/);
  });

  it('show no timeout where neither is equal', () => {
    const streams = cutAfter([100, 2400, 8100, 9900], [1, 2010, 4003, 30]);
    assert.match(streamCut({ streams, sent: 4 }, null)!.advice, /restarts/);
  });
});
