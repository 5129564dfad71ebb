import type { RawAnswer } from '../answer.js';

/** So much of an error page tells what it is about. */
const MAX_LENGTH = 120;

/**
 * Why a request failed that was answered, as far as the answer says it: Envoy and many services do in a
 * short text.
 *
 * @returns One line of the peer's own words; empty where there are none.
 */
export function failureCause(answer: RawAnswer): string {
  const { buffer, messageStart: start, messageEnd: end } = answer;
  if (start === end || !isText(answer.header('content-type'))) return '';
  const bytes = buffer.subarray(start, Math.min(end, start + MAX_LENGTH));
  return new TextDecoder().decode(bytes).replaceAll(/\s+/g, ' ').trim();
}

function isText(contentType: string | undefined): boolean {
  return contentType === undefined || /^text\/plain\b/i.test(contentType);
}
