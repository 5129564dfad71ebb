import type { Finding } from '../../finding.js';
import { percent } from '../../number-text.js';
import { found } from '../found.js';

/** How the client fared under its own load. */
export interface ClientEvidence {
  /** How long the sample took, in ms. */
  durationMs: number;
  /** By thread. */
  threads: readonly {
    /** Share of the time in which it had something to do, 0 to 1. */
    utilisation: number;
    /** How much later than asked for its timers fired, in ms. */
    lagP99Ms: number;
    /**
     * In an open loop: how much later than it could have it sent what was due, in ms, without the waits
     * for a place in flight, a stream or a connection: those are the server's. null in a closed loop.
     */
    latenessP99Ms: number | null;
  }[];
  /** Whether anything was asked of latency or rate; else only the split was. */
  isSpeedAsked: boolean;
}

/** In less time nothing can be said: starting up keeps any client busy. */
const LEAST_DURATION_MS = 1000;
const BUSY = 0.95;
const LATE_MS = 20;

/**
 * The client itself was the limit: a thread that hardly ever waited, or that came late to its own
 * timers. Latencies and rates then say more about it than about the server; who answered does not
 * depend on it. Where only the split was asked for, it is only a remark.
 */
export function clientBottleneck(evidence: ClientEvidence): Finding | null {
  if (evidence.durationMs < LEAST_DURATION_MS) return null;
  const busiest = Math.max(0, ...evidence.threads.map(({ utilisation }) => utilisation));
  const lagMs = Math.max(0, ...evidence.threads.map(({ lagP99Ms }) => lagP99Ms));
  const lateMs = Math.max(0, ...evidence.threads.map(({ latenessP99Ms }) => latenessP99Ms ?? 0));
  const shown = [
    ...(busiest >= BUSY ? [`a thread was busy ${percent(busiest)} of the time`] : []),
    ...(lagMs >= LATE_MS ? [`its timers were ${lagMs.toFixed(0)} ms late (p99)`] : []),
    ...(lateMs >= LATE_MS ? [`requests went out ${lateMs.toFixed(0)} ms late (p99)`] : []),
  ];
  if (shown.length === 0) return null;
  return found('client', {
    code: 'client-bottleneck',
    severity: evidence.isSpeedAsked ? 'warning' : 'info',
    summary: 'The client was the bottleneck: latencies and rates here are its own limit.',
    evidence: shown.join('; '),
    advice:
      'Give it more threads with --workers where there are processors to spare, ask for less with --rps or --concurrency, or run it on a machine of its own. The split is not affected.',
  });
}
