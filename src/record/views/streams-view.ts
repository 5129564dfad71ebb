import type { CallCounts, Span } from '../../count/counted.js';
import { summarize } from '../../count/latency-summary.js';
import type { AskedCall } from '../asked.js';
import type { CallRecord } from '../run-record.js';

const MS_PER_SECOND = 1000;
const MICROS_PER_MS = 1000;

/** What the streams of a call carried. Not asked where it is unary. */
export function streamsView(
  { streamsBy = 'streams' }: AskedCall,
  { streams }: CallCounts,
  span: Span | null,
): Pick<CallRecord, 'streams'> {
  if (streams === undefined) return {};
  const { received, sent, endedHere, sendWaits, firstMessage, betweenMessages, cut } = streams;
  const lastedMs = span === null ? 0 : span.endMs - span.startMs;
  const cutLasted = summarize(cut.lasted);
  const view = {
    countedBy: streamsBy,
    messagesReceived: received,
    messagesSent: sent,
    messagesPerSecond: lastedMs > 0 ? (received / lastedMs) * MS_PER_SECOND : null,
    firstMessageMs: summarize(firstMessage),
    betweenMessagesMs: summarize(betweenMessages),
    endedByClient: endedHere,
    sendWaits: { count: sendWaits.count, totalMs: sendWaits.totalMicros / MICROS_PER_MS },
    cut: cutLasted.count === 0 ? null : { lastedMs: cutLasted, silentMs: summarize(cut.silent) },
  };
  return { streams: view };
}
