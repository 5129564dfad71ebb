import * as z from 'zod';
import type { InputPlace } from '../input-error.js';

const AN_ERROR_RATE = 'write an error rate such as 1% or 0.01';
const positive = (error: string, meaning: string) =>
  z.number({ error }).positive({ error }).describe(meaning);

/**
 * What those who run a gate allow those who are gated. Each bound has the name of the setting that it
 * bounds. The JSON Schema is made of this.
 */
export const policySchema = z.strictObject({
  'allow-target': z
    .union([
      z.array(z.string()).min(1, { error: 'name at least one target' }),
      z.string().transform((one) => [one]),
    ])
    .optional()
    .describe(
      'Targets that may be connected to: host, *.domain, address or network, with a port or without',
    ),
  rps: positive(
    'write a number of requests per second above 0',
    'Requests per second at most, in any kind of load',
  ).optional(),
  connections: z
    .int({ error: 'write a whole number' })
    .min(1, { error: 'write a number of at least 1' })
    .optional()
    .describe('Connections at most'),
  alpha: z
    .number({ error: 'write a number between 0 and 1' })
    .gt(0, { error: 'write a number between 0 and 1' })
    .lt(1, { error: 'write a number between 0 and 1' })
    .optional()
    .describe('The largest alpha'),
  tolerance: z
    .string({ error: 'write a tolerance such as 5pp or 10%' })
    .regex(/^\s*(?:0|(?:\d+(?:\.\d+)?|\.\d+)\s*(?:pp|%))\s*$/, {
      error: 'write a tolerance with its unit, such as 5pp or 10%',
    })
    .optional()
    .describe('The widest tolerance of any destination: 5pp, or 10% of its weight'),
  'max-error-rate': z
    .union([z.string(), z.number().transform(String)], { error: AN_ERROR_RATE })
    .refine((text) => /^\s*(?:\d+(?:\.\d+)?|\.\d+)\s*%?\s*$/.test(text), { error: AN_ERROR_RATE })
    .optional()
    .describe('The largest part of the requests that may fail, of all and of any destination'),
  inconclusive: z
    .enum(['fail', 'report', 'pass'])
    .optional()
    .describe('The laxest way to treat an inconclusive run: fail, then report, then pass'),
});

/** Bounds as they stand in a policy. */
export type PolicyBounds = z.output<typeof policySchema>;

/** A policy that was read. Plain data. */
export interface Policy {
  bounds: PolicyBounds;
  /** Where each bound stands. */
  places: Readonly<Partial<Record<keyof PolicyBounds, InputPlace>>>;
}

/** The JSON Schema of a policy file (draft 2020-12), made of the schema that files are read with. */
export function policyJsonSchema(): object {
  return {
    ...z.toJSONSchema(policySchema, { io: 'input', unrepresentable: 'any' }),
    title: 'splitproof policy',
  };
}
