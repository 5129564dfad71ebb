import type { CallCounts, HistogramCounts } from '../count/counted.js';
import { percentileMs, valuesIn } from '../count/latency-summary.js';
import type { Finding, Place } from '../finding.js';
import { count, counted } from '../number-text.js';
import { found } from './found.js';

/** A timeout of the route, as the manifests set it. */
export interface RouteTimeout {
  ms: number;
  place: Place | null;
}

/** A timer of a gateway fires late under load, and streams begin at different moments of it. */
const SLACK_MS = 100;
const SLACK_PART = 0.1;

/** Istio's API server refuses `timeout: 0s` of a VirtualService, which has none unless it is given one. */
const WITHOUT_TIMEOUT =
  'Leave timeout out of the VirtualService’s route for streaming calls; in an HTTPRoute set timeouts.request: 0s.';

/**
 * Streams that something between this side and the application ended. How long they lasted tells a timeout of
 * the whole stream, how long nothing had come one of idle streams; a stream that its application ended has
 * a status of its own and is not among them.
 *
 * @param timeout Of the route; null where none is set, or nothing is known of it.
 */
export function streamCut(
  { streams, sent }: Pick<CallCounts, 'streams' | 'sent'>,
  timeout: RouteTimeout | null,
): Finding | null {
  const lasted = streams?.cut.lasted ?? [];
  const silent = streams?.cut.silent ?? [];
  const cut = valuesIn(lasted);
  if (cut === 0) return null;
  const length = commonLengthMs(lasted);
  const idle = commonLengthMs(silent);
  const isRoutes = timeout !== null && length !== null && isAbout(length, timeout.ms);
  const numbers = `${count(cut)} of ${counted(sent, 'stream')}; half of them had lasted ${secondsOf(lasted)} or less, and had said nothing for ${secondsOf(silent)}`;
  const common = {
    code: 'stream-cut',
    severity: 'warning' as const,
    summary: 'Streams were cut on the way: the application did not end them.',
    evidence: numbers,
  };
  if (isRoutes) {
    return {
      ...found('proxy', {
        ...common,
        summary: `The route’s timeout of ${timeout.ms} ms cuts streams.`,
        advice: WITHOUT_TIMEOUT,
      }),
      place: timeout.place,
    };
  }
  return found('proxy', {
    ...common,
    advice:
      length !== null
        ? `All lasted equally long: look for a timeout of the whole stream. ${WITHOUT_TIMEOUT} Look at max_stream_duration of the listener or the cluster, too.`
        : idle !== null
          ? 'All had been silent equally long: look for an idle timeout. Envoy’s stream_idle_timeout is 5 minutes unless told; Istio sets a route’s idle_timeout and a DestinationRule’s connectionPool.http.idleTimeout. Or let the application say something more often.'
          : 'They lasted differently long, so that no timeout explains them: look for restarts, a draining gateway, or a peer that resets streams (transport.rstStream).',
  });
}

/** The length that durations have in common, in ms; null where they have none. */
function commonLengthMs(durations: HistogramCounts): number | null {
  const middle = percentileMs(durations, 50) ?? 0;
  const least = percentileMs(durations, 10) ?? 0;
  const most = percentileMs(durations, 90) ?? 0;
  return isAbout(least, middle) && isAbout(most, middle) ? middle : null;
}

function isAbout(ms: number, otherMs: number): boolean {
  return Math.abs(ms - otherMs) <= SLACK_MS + SLACK_PART * otherMs;
}

function secondsOf(durations: HistogramCounts): string {
  return `${((percentileMs(durations, 50) ?? 0) / 1000).toFixed(2)} s`;
}
