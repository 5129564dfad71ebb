import * as z from 'zod';
import { parseDurationMs } from '../scenario/duration.js';
import { parseYamlMap } from '../scenario/scenario-file.js';

/** Longest time that a timer can wait for, in ms. */
const LONGEST_MS = 2 ** 31 - 1;

/** @param leastMs What is shorter makes no sense. */
const duration = (usualMs: number, leastMs = 0) =>
  z
    .string()
    .transform((text, context) => {
      const ms = parseDurationMs(text);
      if (ms !== undefined && ms >= leastMs && ms <= LONGEST_MS) return ms;
      context.addIssue(
        ms === undefined
          ? `"${text}" is no duration: 500ms, 20s, 5m, 1h`
          : `"${text}" is too ${ms < leastMs ? 'short' : 'long'}`,
      );
      return z.NEVER;
    })
    .default(usualMs);
const count = (usual: number) => z.number().int().min(1).max(1_000_000).default(usual);
const file = z.string().min(1);

const gateSchema = z.strictObject({
  listen: z.string().default('127.0.0.1:8711'),
  state: file,
  tokens: file.optional(),
  tls: z.strictObject({ cert: file, key: file, 'client-ca': file.optional() }).optional(),
  'keep-pass': duration(600_000),
  keep: count(1000),
  queue: count(16),
  rate: z.number().positive().max(1_000_000).default(20),
  connections: count(1024),
  'max-wait': duration(300_000),
  'run-timeout': duration(900_000, 1000),
  grace: duration(20_000),
});

/** The settings of a service as `gate.yaml` has them, completed; paths as they stand there. */
export type GateSettings = z.infer<typeof gateSchema>;

/**
 * Checks the text of a `gate.yaml`. Pure.
 *
 * @param name What the text is called, for messages.
 * @throws InputError with file, line and key for the first thing that is wrong with it.
 */
export function parseGateSettings(text: string, name: string): GateSettings {
  const known = Object.keys(gateSchema.shape);
  return parseYamlMap(text, name, gateSchema, {
    example: 'the settings of a gate are a map, such as "state: /var/lib/splitproof"',
    unknownKey: (key) => `"${key}" is no setting of a gate: there are ${known.join(', ')}`,
  }).data;
}
