import * as z from 'zod';
import { parseDurationMs } from '../scenario/duration.js';
import { labelsSchema } from '../scenario/labels.js';
import { isReservedLabel, RESERVED_LABELS } from './run-labels.js';

/** How long a controller waits for an answer unless it is told otherwise: Flagger and Argo give up after 10 s. */
export const CONTROLLER_WAIT_MS = 9000;

const MAX_LENGTH = 200;
const MAX_LABELS = 16;

/** Text that a person may have written: no control characters, no line ends, no halves of characters. */
const SEEN = /^[^\p{C}\p{Zl}\p{Zp}]*$/u;
const UNSEEN = 'it holds characters that are not seen';
const text = z
  .string('it is no text: put it in quotes')
  .min(1, 'it is empty')
  .max(MAX_LENGTH, `it has more than ${MAX_LENGTH} characters`)
  .regex(SEEN, UNSEEN);
const labels = labelsSchema
  .refine((all) => Object.keys(all).length <= MAX_LABELS, `there are more than ${MAX_LABELS}`)
  .refine((all) => Object.values(all).every((value) => value.length <= MAX_LENGTH), {
    error: `one has more than ${MAX_LENGTH} characters`,
  })
  .refine((all) => Object.values(all).every((value) => SEEN.test(value)), { error: UNSEEN })
  .refine((all) => !Object.keys(all).some(isReservedLabel), {
    error: `${RESERVED_LABELS.join(', ')} are set by the gate: give others`,
  });
const step = z.union([text, z.number().int().transform(String)], {
  error: 'it is neither a text of what can be seen nor a whole number',
});

const plainBody = z.strictObject({
  revision: text,
  step: step.optional(),
  labels: labels.optional(),
});

/**
 * What Flagger's webhooks send. Source: CanaryWebhookPayload of github.com/fluxcd/flagger,
 * pkg/apis/flagger/v1beta1/canary.go, version 1.36. Later ones may add to it.
 */
const flaggerBody = z.object({
  name: text,
  namespace: text,
  phase: z.string().max(MAX_LENGTH),
  checksum: text,
  metadata: z.record(z.string(), z.string()).nullish(),
});

const inconclusive = z.enum(['pass', 'fail', 'report'], 'it is pass, fail or report');

/** A question for a verdict. */
export interface Question {
  revision: string;
  /** null: what is expected settles it. */
  step: string | null;
  labels: Record<string, string>;
  /** Whether Flagger asks, which takes 202 for a yes. */
  isFlagger: boolean;
  /** How an inconclusive verdict is answered. */
  inconclusive: 'pass' | 'fail' | 'report';
  /** How long the answer waits, from the request on. */
  waitMs: number;
}

/** What is wrong with a request: one sentence. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
}

/** A request, as far as a question stands in it. */
export interface AskingRequest {
  /** Parsed JSON; undefined where there is none. */
  body: unknown;
  query: Readonly<Record<string, unknown>>;
  /** The header `prefer`. */
  prefer: string | undefined;
}

/**
 * Reads a question. Pure.
 *
 * @param usualWaitMs How long the answer waits unless the request says.
 * @param maxWaitMs How long it waits at most.
 * @throws RequestError when something is wrong with it.
 */
export function questionOf(
  { body, query, prefer }: AskingRequest,
  usualWaitMs: number,
  maxWaitMs: number,
): Question {
  const { wait, inconclusive: counted = 'report', ...asked } = query;
  const flagger = isFlaggers(body) ? checked(flaggerBody, body) : null;
  const what =
    flagger === null
      ? checked(plainBody, body === undefined ? asked : { ...asked, ...requireMap(body) })
      : ofFlagger(flagger);
  const told = waitIn(wait, prefer);
  const usual = flagger === null ? usualWaitMs : CONTROLLER_WAIT_MS;
  return {
    revision: what.revision,
    step: what.step ?? null,
    labels: what.labels ?? {},
    isFlagger: flagger !== null,
    inconclusive: checked(z.object({ inconclusive }), { inconclusive: counted }).inconclusive,
    waitMs: Math.min(told ?? usual, maxWaitMs),
  };
}

function isFlaggers(body: unknown): boolean {
  return (
    typeof body === 'object' &&
    body !== null &&
    ['name', 'namespace', 'phase', 'checksum'].every((key) => Object.hasOwn(body, key))
  );
}

function ofFlagger(payload: z.infer<typeof flaggerBody>): z.infer<typeof plainBody> {
  const { name, namespace, phase, checksum, metadata } = payload;
  const step = metadata !== undefined && metadata !== null ? metadata.step : undefined;
  const asked = {
    revision: `${namespace}/${name}/${checksum}`,
    ...(step === undefined ? {} : { step }),
    labels: { phase },
  };
  return checked(plainBody, asked);
}

function requireMap(body: unknown): object {
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body;
  throw new RequestError('the body is no JSON object: send {"revision": "…"}');
}

function checked<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const [key] = issue?.path ?? [];
  if (issue?.code === 'unrecognized_keys') {
    const names = issue.keys.slice(0, 3).map((name) => name.slice(0, MAX_LENGTH));
    throw new RequestError(
      `${names.join(', ')}: nothing that a question holds; there are revision, step, labels`,
    );
  }
  if (key === 'revision' && !Object.hasOwn(value as object, 'revision')) {
    throw new RequestError('revision: it is missing; say what is rolled out, such as a hash of it');
  }
  const where = key === undefined ? '' : `${String(key).slice(0, MAX_LENGTH)}: `;
  throw new RequestError(`${where}${issue?.message ?? 'it is wrong'}`);
}

/** `?wait=30s`, or `prefer: wait=30` (RFC 7240). */
function waitIn(wait: unknown, prefer: string | undefined): number | null {
  if (wait !== undefined) {
    const ms = typeof wait === 'string' ? parseDurationMs(wait) : undefined;
    if (ms !== undefined) return ms;
    throw new RequestError('wait: it is no duration, such as 30s');
  }
  const [, seconds] =
    /(?:^|[,;])\s*wait\s*=\s*"?(\d{1,15})"?\s*(?=$|[,;])/i.exec(prefer ?? '') ?? [];
  return seconds === undefined ? null : Number(seconds) * 1000;
}
