import type {
  CallCounts,
  Counted,
  ForwardCounts,
  HistogramCounts,
  LogCounts,
  StreamCounts,
  TimedLatencyCounts,
} from '../count/counted.js';
import { connectionCallIn, savedConnectionCall } from './saved-connection-call.js';
import { savedTimeline, timelineIn } from './saved-timeline.js';
import { placeOf } from '../count/histogram-buckets.js';
import type { SavedCallCounts, SavedCounts } from './saved-counts-schema.js';

/** Puts what was counted into the form in which it is saved. */
export function savedCounts(counted: Counted): SavedCounts {
  const { shortages, ...transport } = counted.transport;
  return {
    ...counted,
    calls: counted.calls.map(savedCall),
    connections: counted.connections.map((connection) => {
      return { ...connection, byCall: connection.byCall.map(savedConnectionCall) };
    }),
    transport: {
      ...transport,
      rstStream: [...transport.rstStream],
      ...(shortages === undefined ? {} : { shortages: [...shortages] }),
      broken: [...transport.broken],
    },
  };
}

function savedCall(counted: CallCounts): SavedCallCounts {
  const { timedLatency, failedLatency, streams, forwards, timeline, ...call } = counted;
  const { blocks, spread, log } = call;
  return {
    ...call,
    ...(timedLatency === undefined ? {} : { timedLatency: timedTexts(timedLatency) }),
    ...(failedLatency === undefined ? {} : { failedLatency: textOf(failedLatency) }),
    ...(timeline === undefined ? {} : { timeline: savedTimeline(timeline) }),
    ...(streams === undefined ? {} : { streams: streamTexts(streams) }),
    ...(forwards === undefined ? {} : { forwards: savedForwards(forwards) }),
    unsent: [...call.unsent],
    statuses: [...call.statuses],
    vouchers: [...call.vouchers],
    packed: [...call.packed],
    pods: [...call.pods].map(([name, pod]) => [
      name,
      { ...pod, latency: pod.latency === null ? null : textOf(pod.latency) },
    ]),
    latency: call.latency.map(textOf),
    scheduleSlip: textOf(call.scheduleSlip),
    blocks: { ...blocks, latency: blocks.latency.map(textOf) },
    clusters: [...call.clusters],
    log: log === null ? null : savedLog(log),
    // Where nothing is compared there is no size: JSON has no infinity.
    spread: { ...spread, size: spread.size === Infinity ? null : spread.size },
  };
}

/**
 * Takes up again what was saved.
 *
 * @throws Error when a histogram cannot be read.
 */
export function countedOf(saved: SavedCounts): Counted {
  const { shortages, ...transport } = saved.transport;
  return {
    ...saved,
    calls: saved.calls.map(callOf),
    connections: saved.connections.map((connection) => {
      return { ...connection, byCall: connection.byCall.map(connectionCallIn) };
    }),
    transport: {
      ...transport,
      rstStream: new Map(transport.rstStream),
      ...(shortages === undefined ? {} : { shortages: new Map(shortages) }),
      broken: new Map(transport.broken),
    },
  };
}

function callOf({
  timedLatency,
  failedLatency,
  streams,
  forwards,
  timeline,
  ...saved
}: SavedCallCounts): CallCounts {
  const { blocks, log } = saved;
  return {
    ...saved,
    ...(failedLatency === undefined ? {} : { failedLatency: histogramIn(failedLatency) }),
    ...(timedLatency === undefined
      ? {}
      : {
          timedLatency: {
            ...timedLatency,
            windows: timedLatency.windows.map((window) => {
              return { ...window, latency: window.latency.map(histogramIn) };
            }),
          },
        }),
    ...(timeline === undefined ? {} : { timeline: timelineIn(timeline) }),
    ...(streams === undefined ? {} : { streams: streamsIn(streams) }),
    ...(forwards === undefined ? {} : { forwards: forwardsIn(forwards) }),
    unsent: new Map(saved.unsent),
    statuses: new Map(saved.statuses),
    vouchers: new Map(saved.vouchers),
    packed: new Map(saved.packed),
    pods: new Map(
      saved.pods.map(([name, pod]) => [
        name,
        { ...pod, latency: pod.latency === null ? null : histogramIn(pod.latency) },
      ]),
    ),
    latency: saved.latency.map(histogramIn),
    scheduleSlip: histogramIn(saved.scheduleSlip),
    blocks: { ...blocks, latency: blocks.latency.map(histogramIn) },
    clusters: new Map(saved.clusters),
    log: log === null ? null : restoredLog(log),
  };
}

function savedLog(log: LogCounts): NonNullable<SavedCallCounts['log']> {
  const { flags, connectionFailures, withoutUpstream, watched, ...rest } = log;
  return {
    ...rest,
    ...(watched === undefined
      ? {}
      : {
          watched: {
            ...watched,
            requests: [...watched.requests],
            notToldApart: [...watched.notToldApart],
          },
        }),
    flags: [...flags],
    connectionFailures: [...connectionFailures],
    withoutUpstream: [...withoutUpstream],
  };
}

function restoredLog(saved: NonNullable<SavedCallCounts['log']>): LogCounts {
  const { flags, connectionFailures, withoutUpstream, watched, ...rest } = saved;
  return {
    ...rest,
    ...(watched === undefined
      ? {}
      : {
          watched: {
            ...watched,
            requests: new Map(watched.requests),
            notToldApart: new Map(watched.notToldApart),
          },
        }),
    flags: new Map(flags),
    connectionFailures: new Map(connectionFailures),
    withoutUpstream: new Map(withoutUpstream),
  };
}

function streamTexts(streams: StreamCounts): NonNullable<SavedCallCounts['streams']> {
  const { firstMessage, betweenMessages, cut, byMessage } = streams;
  return {
    ...streams,
    firstMessage: textOf(firstMessage),
    betweenMessages: textOf(betweenMessages),
    cut: { lasted: textOf(cut.lasted), silent: textOf(cut.silent) },
    byMessage: byMessage === null ? null : { ...byMessage, pods: [...byMessage.pods] },
  };
}

function streamsIn(saved: NonNullable<SavedCallCounts['streams']>): StreamCounts {
  const { firstMessage, betweenMessages, cut, byMessage } = saved;
  return {
    ...saved,
    firstMessage: histogramIn(firstMessage),
    betweenMessages: histogramIn(betweenMessages),
    cut: { lasted: histogramIn(cut.lasted), silent: histogramIn(cut.silent) },
    byMessage: byMessage === null ? null : { ...byMessage, pods: new Map(byMessage.pods) },
  };
}

function savedForwards(forwards: ForwardCounts): NonNullable<SavedCallCounts['forwards']> {
  const { statuses, singles } = forwards;
  return {
    ...forwards,
    statuses: [...statuses],
    singles: singles === null ? null : { ...singles, observed: [...singles.observed] },
  };
}

function forwardsIn(saved: NonNullable<SavedCallCounts['forwards']>): ForwardCounts {
  const { statuses, singles } = saved;
  return {
    ...saved,
    statuses: new Map(statuses),
    singles: singles === null ? null : { ...singles, observed: new Map(singles.observed) },
  };
}

function timedTexts(timed: TimedLatencyCounts): NonNullable<SavedCallCounts['timedLatency']> {
  return {
    ...timed,
    windows: timed.windows.map((window) => {
      return { ...window, latency: window.latency.map(textOf) };
    }),
  };
}

/** A list of numbers as one text: on lines of their own they would fill the record. */
function textOf(counts: HistogramCounts): string {
  return counts.join(' ');
}

const LAST_PLACE = placeOf(Number.MAX_SAFE_INTEGER);

function histogramIn(text: string): HistogramCounts {
  const counts = text === '' ? [] : text.split(' ').map(Number);
  let last = -1;
  for (let at = 0; at < counts.length; at += 2) {
    const [place = 0, count = 0] = counts.slice(at, at + 2);
    if (!Number.isSafeInteger(place) || place <= last || place > LAST_PLACE) {
      throw new Error(`the places of a histogram are whole numbers that ascend: ${place}`);
    }
    if (!Number.isSafeInteger(count) || count < 1) {
      throw new Error(`what a histogram counts at ${place} is a whole number above 0`);
    }
    last = place;
  }
  return counts;
}
