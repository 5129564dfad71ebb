import { mergeColumns } from './columns.js';
import type { MessageCounts, StreamCounts } from './counted.js';
import { mergeHistograms } from './histogram.js';
import { compareTexts, mergeSums } from './key-sums.js';

/** Adds up what was counted of streams of one call. */
export function mergeStreams(a: StreamCounts, b: StreamCounts): StreamCounts {
  return {
    received: a.received + b.received,
    sent: a.sent + b.sent,
    endedHere: a.endedHere + b.endedHere,
    sendWaits: {
      count: a.sendWaits.count + b.sendWaits.count,
      totalMicros: a.sendWaits.totalMicros + b.sendWaits.totalMicros,
    },
    firstMessage: mergeHistograms(a.firstMessage, b.firstMessage),
    betweenMessages: mergeHistograms(a.betweenMessages, b.betweenMessages),
    cut: {
      lasted: mergeHistograms(a.cut.lasted, b.cut.lasted),
      silent: mergeHistograms(a.cut.silent, b.cut.silent),
    },
    byMessage:
      a.byMessage === null || b.byMessage === null ? null : mergeMessages(a.byMessage, b.byMessage),
  };
}

function mergeMessages(a: MessageCounts, b: MessageCounts): MessageCounts {
  return {
    observed: mergeColumns(a.observed, b.observed),
    missing: a.missing + b.missing,
    unattributed: a.unattributed + b.unattributed,
    pods: mergeSums(a.pods, b.pods, compareTexts),
    streams: a.streams + b.streams,
    totalSquares: a.totalSquares + b.totalSquares,
    squares: mergeColumns(a.squares, b.squares),
    products: mergeColumns(a.products, b.products),
  };
}
