import type { FailureCounts } from '../count/counted.js';
import type { Finding } from '../finding.js';
import { count, counted } from '../number-text.js';
import { found } from './found.js';

/** Failures of one kind, of requests that were sent. */
export interface NamedFailure extends Pick<FailureCounts, 'cause' | 'count'> {
  /** Name of the status: `UNAVAILABLE`. */
  status: string;
}

/** A way in which gateways refuse requests on their own, before any backend sees them. */
interface Refusal {
  code: string;
  matches: (failure: NamedFailure) => boolean;
  summary: string;
  advice: string;
}

/**
 * How Envoy answers a request itself: with an HTTP status and a short text or none. For gRPC the status
 * becomes `grpc-status` (404 → 12, 503 → 14), and the text `grpc-message`. Clients that see the bare HTTP status say so in
 * their own words ("Received HTTP status code 404").
 */
const REFUSALS: readonly Refusal[] = [
  {
    code: 'no-route',
    matches: ({ status, cause }) =>
      /HTTP status(?: code)?:? 404/i.test(cause) ||
      (['UNIMPLEMENTED', '404'].includes(status) && cause === ''),
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
    summary: 'A destination of the route has no healthy endpoint (503).',
    advice:
      'Check that the subset labels select pods, that the pods are ready, and that the Service has endpoints.',
  },
  {
    code: 'upstream-overflow',
    matches: ({ cause }) => /\boverflow\b/i.test(cause),
    summary: 'A circuit breaker of the gateway turns requests away (503, overflow).',
    advice:
      "Lower --concurrency, or raise the destination's connectionPool limits (http2MaxRequests, http1MaxPendingRequests).",
  },
  {
    code: 'protocol-mismatch',
    matches: ({ cause }) =>
      /reset reason: protocol error|RST_STREAM.*(PROTOCOL_ERROR|HTTP_1_1_REQUIRED)/i.test(cause),
    summary: 'The gateway and the backend speak different protocols.',
    advice:
      'Name the Service port grpc… or http2…, or set its appProtocol: undeclared, it is spoken to in HTTP/1.1.',
  },
  {
    code: 'protocol-mismatch',
    matches: ({ cause }) => cause.includes('speaks HTTP/2 only'),
    summary: 'The target speaks HTTP/2 only, and HTTP/1.1 was spoken to it.',
    advice: 'Add --http-version 2.',
  },
  {
    code: 'protocol-mismatch',
    matches: ({ cause }) => cause.includes('something else than HTTP/1.x where a response'),
    summary: 'What answers at the target does not speak HTTP.',
    advice: 'Check the address and the port: another protocol answers there.',
  },
  {
    // By its first bytes, or in the words of nginx and Go.
    code: 'plaintext-on-tls-port',
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
    summary: 'The route names a destination that the gateway does not know (503).',
    advice:
      "Check that the route's host and subset exist: a Service of that name, and the subset in its DestinationRule.",
  },
  {
    // Envoy speaks gRPC to gRPC, even when it refuses: a bare HTTP status comes from something else.
    code: 'http-error-page',
    matches: ({ cause }) =>
      /HTTP status(?: code)?:? 50[0-4]|^content-type .* instead of application\/grpc$/i.test(cause),
    summary: 'Something on the way answers in plain HTTP, not with gRPC.',
    advice:
      'Look which proxies and load balancers stand before the gateway, and whether each has a ready backend for this host and port.',
  },
  {
    code: 'upstream-unreachable',
    matches: ({ cause }) =>
      /upstream connect error|connection (failure|timeout|termination)/i.test(cause),
    summary: 'The gateway could not get through to a backend.',
    advice: "Check that the backend's pods run and listen on the Service's target port.",
  },
];

/**
 * Names the refusals of a gateway among the failures of a run.
 *
 * @param failures Failures by status and cause.
 * @param sent All requests of the run.
 */
export function findRefusals(failures: readonly NamedFailure[], sent: number): Finding[] {
  const counts = new Map<Refusal, { count: number; example: NamedFailure }>();
  for (const failure of failures) {
    const refusal = REFUSALS.find((candidate) => candidate.matches(failure));
    if (refusal === undefined) continue;
    const known = counts.get(refusal);
    if (known === undefined) counts.set(refusal, { count: failure.count, example: failure });
    else known.count += failure.count;
  }
  return [...counts].map(([{ code, summary, advice }, refused]) => {
    const { status, cause } = refused.example;
    const words = cause === '' ? `${status} without a message` : `${status}, "${cause}"`;
    return found('target', {
      code,
      severity: 'error',
      summary,
      evidence: `${count(refused.count)} of ${counted(sent, 'request')}: ${words}`,
      advice,
    });
  });
}
