import * as z from 'zod';
import { parseDurationMs } from '../scenario/duration.js';
import { parseYamlMap } from '../scenario/scenario-file.js';

/** Longest time that a timer can wait for, in ms. */
const LONGEST_MS = 2 ** 31 - 1;

const NO_DURATION = 'write a duration with its unit, such as 500ms, 20s or 5m';

/** @param leastMs What is shorter makes no sense. */
const duration = (usualMs: number, leastMs = 0) =>
  z
    .string(NO_DURATION)
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
const NO_COUNT = 'write a whole number from 1 to 1,000,000';
const count = (usual: number) =>
  z.number(NO_COUNT).int(NO_COUNT).min(1, NO_COUNT).max(1_000_000, NO_COUNT).default(usual);
const NO_RATE = 'write a number above 0, and at most 1,000,000';
const file = z
  .string({
    error: ({ input }) => (input === undefined ? 'it is missing: name a path' : 'it is no path'),
  })
  .min(1, 'it is empty: name a path');
const tls = z.strictObject(
  { cert: file, key: file, 'client-ca': file.optional() },
  'write a map, such as { cert: tls/tls.crt, key: tls/tls.key }',
);

const gateSchema = z.strictObject({
  listen: z.string('write HOST:PORT, such as 127.0.0.1:8711').default('127.0.0.1:8711'),
  state: file,
  tokens: file.optional(),
  tls: tls.optional(),
  'keep-pass': duration(600_000),
  keep: count(1000),
  queue: count(16),
  rate: z.number(NO_RATE).positive(NO_RATE).max(1_000_000, NO_RATE).default(20),
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
  return parseYamlMap(text, name, gateSchema, {
    example: 'the settings of a gate are a map, such as "state: /var/lib/splitproof"',
    unknownKey: (key, path) => {
      const isOfTls = path[0] === 'tls';
      const known = Object.keys((isOfTls ? tls : gateSchema).shape).join(', ');
      return `"${key}" is no setting of ${isOfTls ? 'tls' : 'a gate'}: there are ${known}`;
    },
  }).data;
}
