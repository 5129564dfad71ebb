import type { Finding, Subject } from '../finding.js';

/** What is seen, without where it belongs. */
export type Sight = Pick<Finding, 'code' | 'severity' | 'summary' | 'evidence' | 'advice'>;

/**
 * A finding that the counts show: it stands in no file, and says of no call that it is its own.
 *
 * @param about What it is about.
 * @param sight Its summary may lack the capital letter and the full stop of a sentence.
 */
export function found(about: Subject, sight: Sight): Finding {
  const { code, severity, summary, evidence, advice } = sight;
  return {
    code,
    severity,
    about,
    call: null,
    place: null,
    summary: sentence(summary),
    evidence,
    advice,
  };
}

/** The text with a capital letter at its beginning and a full stop at its end. */
export function sentence(text: string): string {
  // Names such as p99 stay as they are.
  const isName = /^[a-z]+\d/.test(text);
  const capitalised = isName ? text : `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
  return /[.!?]$/.test(capitalised) ? capitalised : `${capitalised}.`;
}
