import { RE2JS } from 're2js';

import type { ManifestNode } from './manifest/manifest-node.js';

/** How a text is compared. A regular expression (RE2 syntax) must match the whole text, as in Envoy. */
export type StringMatch =
  | { kind: 'exact'; value: string }
  | { kind: 'prefix'; value: string }
  | { kind: 'suffix'; value: string }
  | { kind: 'contains'; value: string }
  | { kind: 'regex'; value: string }
  /** A regular expression that is looked for in the text, as nginx does. */
  | { kind: 'pattern'; value: string }
  | { kind: 'present' };

const compiled = new Map<string, RE2JS>();

/** @throws RE2JSException when the pattern is not RE2. */
function compileRegex(pattern: string): RE2JS {
  let regex = compiled.get(pattern);
  if (regex === undefined) {
    regex = RE2JS.compile(pattern);
    compiled.set(pattern, regex);
  }
  return regex;
}

/**
 * Checks a regular expression where it stands.
 * @throws InputError when it is not valid RE2.
 */
export function readRegex(node: ManifestNode): StringMatch {
  const value = node.string();
  try {
    compileRegex(value);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw node.error(`not a regular expression in RE2 syntax: ${reason}`);
  }
  return { kind: 'regex', value };
}

/**
 * Whether a regular expression matches a part of the text.
 * @throws InputError when it is not valid RE2.
 */
export function regexFinds(node: ManifestNode, text: string): boolean {
  readRegex(node);
  return compileRegex(node.string()).matcher(text).find();
}

/** Whether `text` matches; `ignoreCase` folds all but a regex. */
export function matchesText(match: StringMatch, text: string, ignoreCase = false): boolean {
  if (match.kind === 'present') return true;
  if (match.kind === 'regex') return compileRegex(match.value).matches(text);
  if (match.kind === 'pattern')
    return compileRegex(`${ignoreCase ? '(?i)' : ''}${match.value}`)
      .matcher(text)
      .find();
  const [value, subject] = ignoreCase
    ? [match.value.toLowerCase(), text.toLowerCase()]
    : [match.value, text];
  switch (match.kind) {
    case 'exact':
      return subject === value;
    case 'prefix':
      return subject.startsWith(value);
    case 'suffix':
      return subject.endsWith(value);
    case 'contains':
      return subject.includes(value);
  }
}

/**
 * `prefix /a`, `jack`, `regex ^v.*`.
 * @param shown How its value is shown; as it is unless told.
 */
export function describeStringMatch(
  match: StringMatch,
  shown = (value: string): string => value,
): string {
  switch (match.kind) {
    case 'present':
      return 'present';
    case 'exact':
      return shown(match.value);
    default:
      return `${match.kind} ${shown(match.value)}`;
  }
}
