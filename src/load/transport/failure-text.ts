import type { RawAnswer } from '../../call/answer.js';

const BAD_REQUEST = 400;
/** What servers say when a TLS port is asked in plaintext (nginx, Go's net/http) stands in so much. */
const LOOKED_AT_BYTES = 512;
const MAX_LENGTH = 200;

/** An answer with its status. */
type FailedAnswer = Pick<RawAnswer, 'buffer' | 'messageStart' | 'messageEnd' | 'header'> & {
  status: number;
};

/**
 * Why a request failed, as the body of its answer says: Envoy and Go name the cause in one line of
 * plain text.
 *
 * @returns The peer's words, bounded; empty where the body is no line of text.
 */
export function failureText(answer: FailedAnswer, isPlaintext: boolean): string {
  const { buffer, messageStart: start, messageEnd: end, status } = answer;
  const looked = buffer.subarray(start, Math.min(end, start + LOOKED_AT_BYTES));
  const text = Buffer.from(looked).toString().trim();
  if (isPlaintext && status === BAD_REQUEST && /HTTPS (port|server)/i.test(text)) {
    return 'plaintext was spoken to a TLS port: connect with TLS';
  }
  const type = answer.header('content-type') ?? 'text/plain';
  if (!type.startsWith('text/plain') || text.includes('\n')) return '';
  return text.slice(0, MAX_LENGTH);
}
