import type { CallCounts, FailureCounts } from '../count/counted.js';
import type { Finding, Setting, SettingKind } from '../finding.js';
import { count, counted } from '../number-text.js';
import { atSetting } from './at-setting.js';
import { found } from './found.js';
import { unsentRequests } from './unsent.js';
import { type FlagCounts, flagsText, havingFlags } from './response-flags.js';

/** Failures of one kind, of requests that were sent. */
export interface NamedFailure extends Pick<FailureCounts, 'cause' | 'count'> {
  /** Name of the status: `UNAVAILABLE`. */
  status: string;
}

/** A way in which gateways refuse requests on their own, before any backend sees them, or in a backend's place. */
interface Refusal {
  code: string;
  /** What of the configuration may be the cause: the first that there is gives the finding its place. */
  settings?: readonly SettingKind[];
  /** Codes of findings about the manifests whose place is taken where no setting is known. */
  causes?: readonly string[];
  matches: (failure: NamedFailure) => boolean;
  /** What Envoy's access log has on such a request; absent where it has nothing of its own. */
  flags?: readonly string[];
  summary: string;
  advice: string;
}

/**
 * How Envoy answers a request itself: with an HTTP status and a short text or none. For gRPC the status
 * becomes `grpc-status` (404 → 12, 503 → 14), and the text `grpc-message`. Clients that see the bare HTTP status say so in
 * their own words ("Received HTTP status code 404"). What ended a request on its way to a backend stands behind
 * "reset reason"; the code of a backend's RST_STREAM is not passed on.
 * Source: envoyproxy/envoy source/common/router/router.cc; docs/troubleshooting.md has each with the test that makes it.
 */
const REFUSALS: readonly Refusal[] = [
  {
    code: 'no-route',
    matches: ({ status, cause }) =>
      /HTTP status(?: code)?:? 404/i.test(cause) ||
      (['UNIMPLEMENTED', '404'].includes(status) && cause === ''),
    flags: ['NR'],
    summary: 'The gateway has no route for this request (404).',
    advice:
      'Compare :authority and path with the hosts and matches of the applied routes (--authority), and check that the route is bound to this gateway and port.',
  },
  {
    // The words are the server's own; a gateway's 404 comes without any.
    code: 'unimplemented',
    matches: ({ status }) => ['UNIMPLEMENTED', '405', '501'].includes(status),
    summary: 'The server that answers does not have this method.',
    advice:
      'Check package, service and method as the server has them (grpcurl HOST:PORT list, where it has reflection), and that the route leads to the service that has it; of HTTP, the method and the path.',
  },
  {
    code: 'no-healthy-upstream',
    matches: ({ cause }) => /no healthy upstream/i.test(cause),
    flags: ['UH'],
    summary: 'A destination of the route has no healthy endpoint (503).',
    advice:
      'Check that the subset labels select pods, that the pods are ready, and that the Service has endpoints.',
  },
  {
    code: 'upstream-overflow',
    settings: ['connection-pool'],
    matches: ({ cause }) => /\boverflow\b/i.test(cause),
    flags: ['UO'],
    summary: 'A circuit breaker of the gateway turns requests away (503, overflow).',
    advice:
      "Lower --concurrency, or raise the destination's connectionPool limits (http2MaxRequests, http1MaxPendingRequests).",
  },
  {
    code: 'protocol-mismatch',
    settings: ['upstream-version', 'service-port'],
    causes: ['protocol-mismatch', 'service-port-protocol'],
    matches: ({ cause }) => /reset reason: protocol error/i.test(cause),
    flags: ['UPE'],
    summary: 'The gateway and the backend speak different protocols (502, protocol error).',
    advice:
      'A backend of gRPC wants its Service port named grpc-… or http2-…, or appProtocol, or useClientProtocol in its DestinationRule: undeclared, a gateway speaks HTTP/1.1 to it. One of HTTP/1.1 wants a port named http-…, and no h2UpgradePolicy: UPGRADE.',
  },
  {
    // Whoever resets a stream of ours is the peer: a gateway passes no code of a backend on.
    code: 'protocol-mismatch',
    settings: ['gateway-protocol'],
    matches: ({ cause }) =>
      /RST_STREAM.*(PROTOCOL_ERROR|HTTP_1_1_REQUIRED)|RST_STREAM with code (1|13)\b/i.test(cause),
    summary: 'What answers at the target resets streams of HTTP/2 for their protocol.',
    advice:
      'It is the hop from here to the target: check the port, and the protocol of the Gateway server or of the load balancer before it (GRPC, HTTP2, HTTPS). HTTP_1_1_REQUIRED asks for HTTP/1.1: --http-version 1.1 for plain HTTP.',
  },
  {
    // This side does not ping: a backend says so to the gateway, as the status of what was on its connection.
    code: 'enhance-your-calm',
    settings: ['connection-pool'],
    matches: ({ cause }) => /^too many pings$/i.test(cause),
    summary: 'A backend says that the gateway pings it too often (GOAWAY ENHANCE_YOUR_CALM).',
    advice:
      "It is the hop behind the gateway: compare the gateway's keepalive (http2KeepAlive of the DestinationRule, connection_keepalive of an EnvoyFilter) with what the backend takes (keepalive enforcement: five minutes between pings unless told).",
  },
  {
    code: 'enhance-your-calm',
    matches: ({ cause }) =>
      /ENHANCE_YOUR_CALM|RST_STREAM with code 11\b|^Bandwidth exhausted/i.test(cause),
    summary: 'The target says that it is asked too much of (ENHANCE_YOUR_CALM).',
    advice:
      'Lower --concurrency or --rps, or raise the limits of what answers at the target: resets of streams in a short time, pings (keepalive enforcement), memory.',
  },
  {
    code: 'upstream-tls-mismatch',
    settings: ['upstream-tls', 'service-port'],
    matches: ({ cause }) => /TLS[_ ]error|CERTIFICATE_VERIFY_FAILED/i.test(cause),
    flags: ['UF'],
    summary: 'TLS between the gateway and the backend fails (503).',
    advice:
      "Compare trafficPolicy.tls.mode of the destination's DestinationRule with what its pods take: DISABLE for plaintext, ISTIO_MUTUAL for pods of the mesh (PeerAuthentication), SIMPLE or MUTUAL with their authority.",
  },
  {
    code: 'upstream-refused-streams',
    settings: ['connection-pool'],
    matches: ({ cause }) => /remote refused stream reset/i.test(cause),
    flags: ['UR'],
    summary: 'A backend refuses streams of the gateway (REFUSED_STREAM).',
    advice:
      'It takes no more streams on a connection, or is shutting down: look at its MAX_CONCURRENT_STREAMS, and let the gateway open more connections or send fewer (DestinationRule: connectionPool.http.http2MaxRequests, maxConcurrentStreams).',
  },
  {
    code: 'upstream-reset',
    matches: ({ cause }) => /reset reason: remote reset/i.test(cause),
    flags: ['UR'],
    summary: 'A backend resets streams of the gateway (RST_STREAM).',
    advice:
      "The gateway does not pass its code on: look at the backend's own log, at what stands between (a sidecar of it with another protocol), and at limits of streams and messages.",
  },
  {
    code: 'route-timeout',
    settings: ['route-timeout'],
    matches: ({ cause }) =>
      /^(?:upstream request timeout|stream timeout|upstream per try timeout|(?:stream )?max duration timeout)$/i.test(
        cause.replace(/^.*reset reason: /, ''),
      ),
    flags: ['UT', 'UMSDR', 'DT', 'SI'],
    summary: 'The gateway gave up waiting for the backend (504, upstream request timeout).',
    advice:
      'Its route ends requests sooner than the backend answers: see timeout and retries.perTryTimeout of the VirtualService (without timeout it has none), or timeouts.request of the HTTPRoute.',
  },
  {
    code: 'protocol-mismatch',
    settings: ['gateway-protocol'],
    matches: ({ cause }) => cause.includes('speaks HTTP/2 only'),
    summary: 'The target speaks HTTP/2 only, and HTTP/1.1 was spoken to it.',
    advice: 'Add --http-version 2.',
  },
  {
    code: 'protocol-mismatch',
    settings: ['gateway-protocol'],
    matches: ({ cause }) => cause.includes('something else than HTTP/1.x where a response'),
    summary: 'What answers at the target does not speak HTTP.',
    advice: 'Check the address and the port: another protocol answers there.',
  },
  {
    code: 'protocol-mismatch',
    settings: ['gateway-protocol'],
    matches: ({ cause }) => cause.includes('answers with something else than HTTP/1.1'),
    summary: 'What answers at the target does not speak HTTP/1.1, with which WebSockets begin.',
    advice: 'Check the port: one that speaks HTTP/2 alone, as for gRPC, takes no WebSockets.',
  },
  {
    // By its first bytes, or in the words of nginx and Go.
    code: 'plaintext-on-tls-port',
    settings: ['gateway-protocol'],
    matches: ({ cause }) =>
      /plaintext was spoken to a TLS port|HTTP request (?:was sent )?to (?:an )?HTTPS/i.test(cause),
    summary: 'Plaintext was spoken to a port that speaks TLS.',
    advice: 'Write https://, or drop --plaintext; for a private authority add --cacert FILE.',
  },
  {
    code: 'cluster-not-found',
    matches: ({ status, cause }) =>
      /cluster[ _]not[ _]found/i.test(cause) ||
      (['UNAVAILABLE', '503'].includes(status) && cause === ''),
    flags: ['NC'],
    summary: 'The route names a destination that the gateway does not know (503).',
    advice:
      "Check that the route's host and subset exist: a Service of that name, and the subset in its DestinationRule.",
  },
  {
    code: 'content-type-refused',
    settings: ['upstream-version', 'service-port'],
    matches: ({ status, cause }) => status === '415' || /HTTP status(?: code)?:? 415/i.test(cause),
    summary: 'What answers does not take requests of this kind (415).',
    advice:
      'gRPC to a server of plain HTTP, or plain HTTP to one of gRPC: check which Service the route leads to, and the content-type. gRPC-Web and Connect want a filter at the gateway that translates them (envoy.filters.http.grpc_web, connect_grpc_bridge).',
  },
  {
    code: 'upgrade-required',
    matches: ({ status, cause }) => status === '426' || /HTTP status(?: code)?:? 426/i.test(cause),
    summary: 'What answers wants another version of HTTP (426).',
    advice:
      'A proxy on the way speaks HTTP/1.0 or HTTP/1.1 to a server that wants more: look which one does, and let it speak HTTP/1.1 (nginx: proxy_http_version) or HTTP/2 to the next.',
  },
  {
    code: 'trailers-missing',
    settings: ['upstream-version', 'service-port'],
    matches: ({ cause }) =>
      /^the response ended without grpc-status|Call ended without gRPC status/i.test(cause),
    summary: 'Responses end without the trailers that carry the status of gRPC.',
    advice:
      'Something on the way drops them, such as a proxy that speaks HTTP/1.1 to one side (Service port named http-…), or the backend breaks off in the middle of its answer: look at the log of the backend.',
  },
  {
    code: 'protocol-mismatch',
    matches: ({ cause }) =>
      /^content-type "application\/grpc(?:[+;][^"]*)?" instead of application\/(?:grpc-web|proto)$/i.test(
        cause,
      ),
    summary: 'The answer is one of gRPC itself: nothing on the way has translated the call.',
    advice:
      'Let the gateway translate it, gRPC-Web by the filter envoy.filters.http.grpc_web and Connect by connect_grpc_bridge (Istio: an EnvoyFilter), or call it with --protocol grpc.',
  },
  {
    // Envoy speaks gRPC to gRPC, even when it refuses: a bare HTTP status comes from something else, and so does
    // a 404 that the access log knows no missing route of.
    code: 'http-error-page',
    settings: ['upstream-version', 'service-port'],
    matches: ({ cause }) =>
      /HTTP status(?: code)?:? (?:404|50[0-4])|^content-type .* instead of application\/(?:grpc(?:-web)?|proto)$/i.test(
        cause,
      ),
    summary: 'Something on the way answers in plain HTTP, not with gRPC.',
    advice:
      'Look which proxies and load balancers stand before the gateway, and whether each has a ready backend for this host and port.',
  },
  {
    code: 'upstream-unreachable',
    settings: ['upstream-tls', 'service-port'],
    matches: ({ cause }) =>
      /upstream connect error|connection (failure|timeout|termination)/i.test(cause),
    flags: ['UF', 'UC', 'LR'],
    summary: 'The gateway could not get through to a backend, or lost the connection to it.',
    advice:
      "Check that the backend's pods run and listen on the Service's target port, and that both sides agree on TLS: tls.mode of the DestinationRule against PeerAuthentication. Why a connection failed is in the gateway's access log (--identity access-log:FILE).",
  },
];

interface Configured {
  findings: readonly Finding[];
  settings?: readonly Setting[] | undefined;
}

const NOT_CONFIGURED: Configured = { findings: [] };

/** Whether nothing but the status says what is the matter. */
function isBare({ cause }: NamedFailure): boolean {
  return cause === '' || /HTTP status(?: code)?:? \d/i.test(cause);
}

/**
 * Names the refusals of a gateway among the failures of a run. Where its access log tells of each request, the log's
 * flags say whether it was this gateway that refused: a status without words that the log has no flag for is a
 * backend's own. What the log has flags for, and no failure has words of, is told by the flags.
 *
 * @param failures Failures by status and cause.
 * @param counts Of the same call.
 * @param configured What is known of the configuration, and what is wrong with it.
 */
export function findRefusals(
  failures: readonly NamedFailure[],
  { sent, unsent, log }: Pick<CallCounts, 'sent' | 'unsent' | 'log'>,
  configured: Configured = NOT_CONFIGURED,
): Finding[] {
  // Those that were not sent for want of the peer are among the failures.
  const asked = sent + unsentRequests(unsent).byPeer;
  const logged = loggedFlags(log, sent);
  const counts = new Map<Refusal, { count: number; example: NamedFailure }>();
  for (const failure of withReasons(failures, log)) {
    const refusal = REFUSALS.find(
      (candidate) =>
        candidate.matches(failure) && !(isBare(failure) && isDenied(candidate, logged)),
    );
    if (refusal === undefined) continue;
    const known = counts.get(refusal);
    if (known === undefined) counts.set(refusal, { count: failure.count, example: failure });
    else known.count += failure.count;
  }
  const told = [...counts].map(([refusal, refused]) => {
    const { status, cause } = refused.example;
    const words = cause === '' ? `${status} without a message` : `${status}, "${cause}"`;
    const evidence = `${count(refused.count)} of ${counted(asked, 'request')}: ${words}`;
    return finding(refusal, 'error', `${evidence}${flagEvidence(refusal, logged)}`, configured);
  });
  const toldFlags = [...counts.keys()].flatMap(({ flags = [] }) => flags);
  return [...told, ...byFlagsAlone(logged, toldFlags, sent, configured)];
}

/** Why connections to backends failed older versions of Envoy say in their answers; 1.40 has it in the log alone. */
function withReasons(
  failures: readonly NamedFailure[],
  log: CallCounts['log'],
): readonly NamedFailure[] {
  if (log === null || log.excess > 0) return failures;
  const left = new Map(log.connectionFailures);
  return failures.flatMap((failure) => {
    if (!/reset reason: (?:remote |local )?connection failure$/i.test(failure.cause))
      return [failure];
    let rest = failure.count;
    const known = [...left].flatMap(([reason, lines]): NamedFailure[] => {
      const own = Math.min(rest, lines);
      if (own === 0) return [];
      rest -= own;
      left.set(reason, lines - own);
      const cause = `${failure.cause}, transport failure reason: ${reason}`;
      return [{ ...failure, cause, count: own }];
    });
    return rest === 0 ? known : [...known, { ...failure, count: rest }];
  });
}

/** What the log says of requests by its flags. */
interface LoggedFlags {
  counts: FlagCounts;
  /** Whether every request has its line. */
  isComplete: boolean;
}

/** @returns null where there is no log, or it proves nothing. */
function loggedFlags(log: CallCounts['log'], sent: number): LoggedFlags | null {
  if (log === null || log.excess > 0 || !log.areFlagsKnown) return null;
  return { counts: log.flags, isComplete: log.lines >= sent };
}

/** Whether the log tells of each request, and of none that the gateway refused it so. */
function isDenied({ flags }: Refusal, logged: LoggedFlags | null): boolean {
  if (flags === undefined || logged?.isComplete !== true) return false;
  return havingFlags(logged.counts, flags).size === 0;
}

function flagEvidence(refusal: Refusal, logged: LoggedFlags | null): string {
  const { flags } = refusal;
  if (flags === undefined || logged === null) return '';
  if (isDenied(refusal, logged)) {
    return `; no line of the access log has ${flags.join(' or ')}: so a proxy behind this gateway says so, such as a sidecar`;
  }
  const own = havingFlags(logged.counts, flags);
  return own.size === 0 ? '' : `; by the flags of the access log: ${flagsText(own)}`;
}

function byFlagsAlone(
  logged: LoggedFlags | null,
  told: readonly string[],
  sent: number,
  configured: Configured,
): Finding[] {
  if (logged === null) return [];
  const named = new Set(told);
  // Of those with one flag the last is the most general.
  return REFUSALS.toReversed().flatMap((refusal) => {
    const flags = (refusal.flags ?? []).filter((flag) => !named.has(flag));
    const own = havingFlags(logged.counts, flags);
    if (own.size === 0) return [];
    for (const flag of flags) named.add(flag);
    const evidence = `${flagsText(own)} of ${counted(sent, 'request')}, by the flags of the access log; the answers do not say so`;
    return [finding(refusal, 'warning', evidence, configured)];
  });
}

function finding(
  { code, summary, advice, settings: kinds = [], causes = [] }: Refusal,
  severity: Finding['severity'],
  evidence: string,
  { settings = [], findings }: Configured,
): Finding {
  const told = found('target', { code, severity, summary, evidence, advice });
  const placed = atSetting(told, kinds, settings);
  if (placed.place !== null) return placed;
  const origin = findings.find((one) => causes.includes(one.code) && one.place !== null);
  return { ...placed, place: origin?.place ?? null };
}

/** Flags that refusals are told by. */
export const FLAGS_OF_REFUSALS: readonly string[] = REFUSALS.flatMap(({ flags = [] }) => flags);
