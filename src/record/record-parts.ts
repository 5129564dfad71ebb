import * as z from 'zod';
import { count, milliseconds, share } from './record-numbers.js';

export const verdict = z.enum(['pass', 'fail', 'inconclusive']);

/** Where something stands in a file that was read. */
export const place = z.object({
  file: z.string().nullable(),
  line: count.nullable(),
  column: count.nullable(),
  document: count.nullable(),
  path: z.string().nullable(),
});

export const finding = z.object({
  code: z.string(),
  severity: z.enum(['error', 'warning', 'info']),
  about: z.enum(['target', 'proxy', 'call', 'load', 'client', 'manifest']),
  /** Which call it concerns; null for all of them. */
  call: z.string().nullable(),
  place: place.nullable(),
  summary: z.string(),
  evidence: z.string(),
  advice: z.string(),
});

/** What of the configuration settles how a hop is spoken on. */
export const setting = z.object({
  kind: z.enum([
    'gateway-protocol',
    'gateway-tls-mode',
    'gateway-certificate',
    'gateway-tls-versions',
    'gateway-ciphers',
    'gateway-hosts',
    'route-timeout',
    'upstream-version',
    'upstream-tls',
    'connection-pool',
    'service-port',
  ]),
  text: z.string(),
  place,
});

/** The route that a call takes. */
export const route = z.object({
  source: z.string(),
  file: z.string().nullable(),
  line: count.nullable(),
  rule: z.string(),
  match: z.string(),
  gatewayPort: count.nullable(),
});

/** How often a route tries a request again, and on what. */
export const retryPolicy = z.object({
  /** Tries after the first. */
  attempts: count,
  perTryTimeoutMs: milliseconds.nullable(),
  /** Conditions of Envoy and numbers of HTTP statuses: `unavailable,503`. */
  retryOn: z.string().nullable(),
  /** Not of the route's own, but what the proxy does where nothing is said. */
  byDefault: z.boolean(),
  /** Whether the list has the statuses of HTTP alone (Gateway API). */
  isByStatusAlone: z.boolean(),
  place: place.nullable(),
});

/** A service behind the one that is called, whose split is expected. */
export const behind = z.object({
  /** As the user names it. */
  service: z.string(),
  /** The route of the call itself; null where none is known. */
  frontRoute: route.nullable(),
});

/** What the proxy, or the client without one, was programmed to do with the request. */
export const programmed = z.object({
  /** Where its configuration was read: a URL or a file. */
  source: z.string(),
  /** Route table and virtual host that take the request; null when none does. */
  table: z.string().nullable(),
  virtualHost: z.string().nullable(),
  routes: z.array(z.string()),
  /** `namespace/name` of those that the routes are made of; absent where they do not say. */
  virtualServices: z.array(z.string()).optional(),
  destinations: z.array(
    z.object({
      name: z.string(),
      /** null where it is not known which of the other side's this is. */
      configuredShare: share.nullable(),
      programmedShare: share.nullable(),
    }),
  ),
  /** Share of the requests that the proxy answers itself. */
  answeredByProxy: share,
  /** Where configured and programmed part, in one sentence; null where they agree. */
  difference: z.string().nullable(),
  /** Why the two cannot be compared, in one sentence; null where they were. */
  incomparable: z.string().nullable(),
});

const certificate = z.object({
  subject: z.string(),
  issuer: z.string(),
  altNames: z.string().nullable(),
  validFrom: z.string(),
  validTo: z.string(),
});

/** How connections were secured. */
export const tls = z.object({
  version: z.string(),
  cipher: z.string(),
  alpn: z.string().nullable(),
  certificate: certificate.nullable(),
  /** When that was seen last. */
  seenAt: z.string(),
});

/** The same, and how long it will do. */
export const shownTls = tls.extend({
  certificate: certificate
    .extend({
      /** From `seenAt` on; below 0 for one that has expired. null where its last day is no time. */
      daysLeft: z.number().nullable(),
    })
    .nullable(),
});

/** One of a gateway's pods, which a call was sent to alone. */
export const replica = z.object({
  pod: z.string(),
  namespace: z.string(),
  /** Where it takes connections: `10.0.0.7:8443`. */
  address: z.string(),
});
