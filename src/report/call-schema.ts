import * as z from 'zod';
import { formOf } from '../record/json-form.js';
import { count, milliseconds } from '../record/record-numbers.js';
import { finding, route } from '../record/record-parts.js';
import { CALL_SCHEMA, type CallReport } from './call.js';

const fields = z.array(z.tuple([z.string(), z.string()]));

const reply = z.object({ reply: z.string().nullable(), replyBytes: count });

const answer = reply.extend({
  headers: fields,
  trailers: fields,
  details: z.array(z.object({ type: z.string(), value: z.unknown(), bytes: count })).nullable(),
  stream: z.object({ received: count, receivedBytes: count, messages: z.array(reply) }).nullable(),
  identity: z.string().nullable(),
});

const callReport = z.object({
  schema: z.literal(CALL_SCHEMA),
  target: z.string(),
  call: z.string(),
  definition: z.string().nullable(),
  sent: fields,
  route: route.nullable(),
  end: z.enum(['complete', 'interrupted', 'unreachable']),
  isOk: z.boolean(),
  status: z.string().nullable(),
  cause: z.string().nullable(),
  durationMs: milliseconds.nullable(),
  destination: z.string().nullable(),
  isRouted: z.boolean().nullable(),
  answer: answer.nullable(),
  reasons: z.array(z.string()),
  findings: z.array(finding),
}) satisfies z.ZodType<CallReport>;

/** The JSON Schema (draft 2020-12) of what `call --format json` writes. */
export function callJsonSchema(): object {
  return formOf(CALL_SCHEMA, 'splitproof call', callReport);
}
