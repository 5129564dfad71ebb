import * as z from 'zod';
import { formOf } from '../record/json-form.js';
import { count, milliseconds, share, weight } from '../record/record-numbers.js';
import { finding, place, programmed, route } from '../record/record-parts.js';
import type { Explained } from './explained.js';
import { EXPLANATION_SCHEMA, EXPLANATIONS_SCHEMA } from './explanation.js';
import { ROUTES_SCHEMA } from './routes.js';

const tool = z.object({ name: z.string(), version: z.string() });

const source = z.object({
  source: z.string(),
  file: z.string().nullable(),
  line: count.nullable(),
});

const rule = source.extend({
  rule: z.string(),
  match: z.string(),
  place: place.nullable(),
  outcome: z.enum(['taken', 'not-matched', 'not-reached']),
  reasons: z.array(z.string()),
});

const action = z.object({
  kind: z.enum(['forward', 'redirect', 'direct-response', 'preflight', 'no-backend', 'delegate']),
  description: z.string(),
});

const destination = z.object({
  name: z.string(),
  host: z.string(),
  subset: z.string().nullable(),
  port: count.nullable(),
  weight,
  share,
  replicas: count.nullable(),
});

const fault = z.object({ share, description: z.string() });

const effects = z.object({
  timeoutMs: milliseconds.nullable(),
  retries: z
    .object({
      attempts: count,
      perTryTimeoutMs: milliseconds.nullable(),
      retryOn: z.string().nullable(),
      byDefault: z.boolean(),
    })
    .nullable(),
  abort: fault.extend({ httpStatus: count.nullable() }).nullable(),
  delay: fault.nullable(),
  failing: fault.nullable(),
  mirrors: z.array(z.object({ host: z.string(), share })),
  changes: z.array(z.string()),
});

const header = z.object({
  of: z.enum(['request', 'response']),
  does: z.enum(['set', 'add', 'remove']),
  name: z.string(),
  value: z.string().nullable(),
  destination: z.string().nullable(),
});

const grpcClient = z.object({
  client: z.enum(['grpc-js', 'Go', 'Python']),
  outcome: z.enum(['follows', 'another-rule', 'fails', 'waits', 'refuses']),
  rule: z.string().nullable(),
  differences: z.array(
    z.object({
      effect: z.enum(['leaves-out', 'differs', 'fails', 'waits', 'refuses']),
      summary: z.string(),
      place: place.nullable(),
    }),
  ),
});

const ofRoute = z.object({
  request: z.object({
    method: z.string(),
    path: z.string(),
    scheme: z.string(),
    authority: z.string(),
    serverName: z.string().nullable(),
    headers: z.record(z.string(), z.string()),
    namespace: z.string(),
  }),
  via: z.string().nullable(),
  gatewayPort: count.nullable(),
  splits: z.enum(['requests', 'connections']),
  route: route.nullable(),
  action: action.nullable(),
  destinations: z.array(destination),
  rules: z.array(rule),
  effects: effects.nullable(),
  headers: z.array(header),
  grpcClients: z.array(grpcClient).nullable(),
  notes: z.array(z.string()),
});

const whole = ofRoute.extend({
  behind: ofRoute.extend({ service: z.string() }).nullable(),
  programmed: programmed.nullable(),
});

const findings = z.array(finding.extend({ scope: z.enum(['request', 'configuration']) }));

const explanation = whole.extend({ schema: z.literal(EXPLANATION_SCHEMA), tool, findings });

const explanations = z.object({
  schema: z.literal(EXPLANATIONS_SCHEMA),
  tool,
  calls: z.array(whole.extend({ name: z.string() })),
  findings,
});

const listedRoute = source.extend({
  rule: z.string(),
  match: z.string(),
  place: place.nullable(),
  action,
  destinations: z.array(destination),
  effects,
  headers: z.array(header),
  findings: z.array(z.string()),
});

const routes = z.object({
  schema: z.literal(ROUTES_SCHEMA),
  tool,
  tables: z.array(
    z.object({
      via: z.array(z.string()),
      clients: z.array(z.string()).nullable(),
      entrances: z.array(z.object({ protocol: z.string(), port: count.nullable() })),
      hosts: z.array(z.string()),
      routes: z.array(listedRoute),
      notes: z.array(z.string()),
    }),
  ),
  unrouted: z.array(
    z.object({
      host: z.string(),
      ports: z.array(count),
      workloads: z.array(
        z.object({ kind: z.string(), name: z.string(), replicas: count.nullable() }),
      ),
    }),
  ),
  notes: z.array(z.string()),
  findings: z.array(finding),
});

const explained = z.union([explanation, explanations, routes]) satisfies z.ZodType<Explained>;

/** The JSON Schema (draft 2020-12) of what `explain --format json` writes: of one call, of several, or of all routes. */
export function explanationJsonSchema(): object {
  return formOf(EXPLANATION_SCHEMA, 'splitproof explain', explained);
}
