import { requireTargetPatterns } from './allowed-targets.js';
import { type Policy, policySchema } from './policy-schema.js';
import { placeOfBound } from './run-limits.js';
import { parseYamlMap } from './scenario-file.js';

/**
 * Checks the text of a policy: YAML, or JSON, which is YAML. Pure.
 *
 * @param file What the text is called, for messages.
 * @throws InputError with file, line and key for everything that is wrong with it.
 */
export function parsePolicy(text: string, file: string): Policy {
  const known = Object.keys(policySchema.shape);
  const { data, lineOf } = parseYamlMap(text, file, policySchema, {
    example: 'a policy is a map of bounds, such as "max-error-rate: 1%"',
    unknownKey: (key) => `"${key}" is nothing that a policy bounds: there are ${known.join(', ')}`,
  });
  const places = Object.fromEntries(
    Object.keys(data).map((key) => [key, { file, line: lineOf([key]), path: key }]),
  );
  const policy: Policy = { bounds: data, places };
  const patterns = data['allow-target'];
  if (patterns !== undefined) {
    requireTargetPatterns({ patterns, place: placeOfBound(policy, 'allow-target') });
  }
  return policy;
}
