import { counted } from '../../number-text.js';
import type { CallRecord } from '../../record/run-record.js';
import { formatCount, formatMs } from '../numbers.js';

/** What streams carried, and when. */
export function streamSentences(streams: NonNullable<CallRecord['streams']>): string[] {
  const { messagesReceived, messagesSent, messagesPerSecond: rate } = streams;
  const { firstMessageMs: first, betweenMessagesMs: between, sendWaits, cut } = streams;
  const perSecond = rate === null ? '' : `, ${formatCount(rate)} per second`;
  const lines = [
    ...(streams.countedBy === 'messages'
      ? ['each message is counted; test, errors and latency are of the streams that they came on']
      : []),
    `${counted(messagesReceived, 'message')} received${perSecond}; ${formatCount(messagesSent)} sent`,
  ];
  if (first.count > 0) {
    lines.push(`first message after ${formatMs(first.p50)} ms (p50), ${formatMs(first.p99)} (p99)`);
  }
  if (between.count > 0) {
    lines.push(
      `between messages ${formatMs(between.p50)} ms (p50), ${formatMs(between.p99)} (p99), ${formatMs(between.max)} (max)`,
    );
  }
  if (sendWaits.count > 0) {
    const average = sendWaits.totalMs / sendWaits.count;
    lines.push(
      `${counted(sendWaits.count, 'message')} waited for the peer to take them, ${formatMs(average)} ms on average`,
    );
  }
  if (streams.endedByClient > 0) {
    lines.push(`${counted(streams.endedByClient, 'stream')} ended by this client when time was up`);
  }
  if (cut !== null) {
    lines.push(
      `${counted(cut.lastedMs.count, 'stream')} cut on the way, after ${formatMs(cut.lastedMs.p50)} ms (p50)`,
    );
  }
  return lines;
}
