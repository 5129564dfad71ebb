import type { CallProtocol } from '../call/kinds.js';
import type { ExpectingCall, RunRule } from '../expect/expectation.js';
import type { RouteLimits } from '../expect/retries/route-limits.js';
import type { AskedPage } from '../expect/page/asked-page.js';
import type { AskedCluster } from './cluster.js';
import type { ExpectedRoute } from '../routing/taken-route.js';

/** What a proxy, or a client without one, was programmed to do with a request, beside what is configured. */
export interface ProgrammedRecord {
  /** Where its configuration was read: a URL, a file, or `control plane HOST:PORT`. */
  source: string;
  /** Route table and virtual host that take the request; null when none does. */
  table: string | null;
  virtualHost: string | null;
  routes: string[];
  /** `namespace/name` of those that the routes are made of; absent where they do not say. */
  virtualServices?: string[] | undefined;
  destinations: {
    name: string;
    /** null where it is not known which of the other side's this is. */
    configuredShare: number | null;
    programmedShare: number | null;
  }[];
  /** Share of the requests that the proxy answers itself. */
  answeredByProxy: number;
  /** Where configured and programmed part, in one sentence; null where they agree. */
  difference: string | null;
  /** Why the two cannot be compared, in one sentence; null where they were. */
  incomparable: string | null;
}

/** A service behind the one that is called, whose split is expected. */
export interface BehindService {
  /** As the user names it. */
  service: string;
  /** The route of the call itself; null where none is known. */
  frontRoute: ExpectedRoute | null;
}

/** One call that was asked for. */
export interface AskedCall extends ExpectingCall {
  /** What the user calls it, and with a replica which pod it was sent to; absent for nothing. */
  givenName?: string | undefined;
  /** Absent where there are none. */
  labels?: Record<string, string> | undefined;
  protocol: CallProtocol;
  /** Of what is expected: the call's, or that of the service behind; null where none is known. */
  route: ExpectedRoute | null;
  behind: BehindService | null;
  /** What the proxy itself was programmed to do; null where it was not looked at. */
  programmed: ProgrammedRecord | null;
  /** The page for which the call is made; absent where none is named. */
  page?: AskedPage | undefined;
  /** Of a call that streams: after which its route ends it, in ms; absent where it does not, or that is not known. */
  routeTimeoutMs?: number | undefined;
  /** What its route allows each request; absent where no route is known. */
  limits?: RouteLimits | undefined;
}

/** Which requests of others count. */
export interface AskedPassive {
  /** The gateway's name for their route, as the user gave it; null where that was not asked. */
  routeName: string | null;
}

/** Everything that was settled before the first request: what was asked for. Plain data. */
export interface Asked {
  /** Whether what answers is right, or how the target bears a load. */
  command: 'verify' | 'bench';
  tool: { name: string; version: string };
  /** Of this run alone; of joined runs, theirs. */
  runId: string;
  labels: Record<string, string>;
  /** ISO 8601. */
  askedAt: string;
  /** What the user calls it; null for nothing. */
  scenario: string | null;
  /** Nothing was sent, and the requests are those of others; absent where it was. */
  passive?: AskedPassive | undefined;
  target: string;
  /** Whose routes apply; null where that was not asked. */
  via: string | null;
  load: {
    loop: 'closed' | 'open';
    /** -n, or what the expectations need; null where only a clock ends the run. */
    requests: number | null;
    /** null where no clock ends it. */
    durationMs: number | null;
    /** The arrival rate of an open loop; null in a closed one. */
    requestsPerSecond: number | null;
    /** Requests per second that a closed loop sent at most; null for as many as were answered. */
    atMostPerSecond: number | null;
  };
  rule: RunRule;
  /** At least one. */
  calls: AskedCall[];
  /** What was read of the cluster; null where no cluster was read. */
  cluster: AskedCluster | null;
}
