import { counted } from '../number-text.js';
import type { AnswerExample } from '../count/answer-example.js';
import type { Finding } from '../finding.js';
import type { CountedCall, ExpectingCall } from './expectation.js';
import { found } from './found.js';

const SHOWN_PODS = 8;

/**
 * `no-countable-answer`: what was looked for in the answers to a call none of which could count, what one
 * of them has instead, and what to give.
 *
 * @param statusOf The name of a status.
 * @param isExplained Whether another finding says why: then this one is an example of it, and no error.
 */
export function uncountableAnswers(
  { lookedFor, expectation }: Pick<ExpectingCall, 'lookedFor' | 'expectation'>,
  { counts }: Pick<CountedCall, 'counts'>,
  statusOf: (status: number) => string,
  isExplained: boolean,
): Finding | null {
  const { uncountable: example, observed, ends, pods } = counts;
  if (example === undefined || observed.some((answers) => answers > 0)) return null;
  if (expectation === null && ends.ok > 0) return null;
  const names = [...pods.keys()].slice(0, SHOWN_PODS);
  const isRefused = ends.ok === 0;
  const status = statusOf(example.status);
  if (isRefused && isExplained) {
    return found('call', {
      code: 'no-countable-answer',
      severity: 'info',
      summary: 'No answer can count; this is one of them.',
      evidence: answerText(example, status),
      advice:
        'Its headers and words tell who refuses: the gateway itself, or an application behind it.',
    });
  }
  const sought = isRefused || lookedFor === undefined ? '' : `${soughtText(lookedFor)} `;
  return found('call', {
    code: 'no-countable-answer',
    severity: 'error',
    summary: isRefused
      ? `No answer can count: the request is refused (${status}).`
      : names.length > 0
        ? `No answer can count: they come from ${names.join(', ')}, which nobody knows.`
        : 'No answer can count: none says which pod gave it.',
    evidence: `${sought}One answer: ${answerText(example, status)}`,
    advice: isRefused
      ? REFUSED
      : names.length > 0
        ? adviceOnPods(names)
        : adviceOnIdentity(example),
  });
}

const REFUSED =
  'Send what the server takes: look at the call and its path, at --data, and at what it wants in headers (-H, --metadata); and look which route takes the request (splitproof explain).';

function adviceOnPods([name = '']: readonly string[]): string {
  return `Give the manifests of the workloads that run them with -f; with --weights, names that are parts of the pods' names; or say whose they are, as in --identity-map '${name}=v1'.`;
}

function adviceOnIdentity({ identity }: AnswerExample): string {
  return identity === null
    ? 'Nothing in it names a pod that is known. Say with --identity where one stands (header:NAME, trailer:NAME, field:PATH, json:PATH, text:REGEX), let the application or the proxy say it (splitproof explain --instrument), or name what it says with --identity-map.'
    : `Give --identity ${identity}: there this answer names a pod that is known.`;
}

function soughtText({ place, pods }: NonNullable<ExpectingCall['lookedFor']>): string {
  const shown = pods.slice(0, SHOWN_PODS).join(', ');
  const more = pods.length > SHOWN_PODS ? ` and ${pods.length - SHOWN_PODS} more` : '';
  return `Looked for in ${place}; known are ${shown}${more}.`;
}

function answerText(
  { headers, trailers, reply, replyBytes }: AnswerExample,
  status: string,
): string {
  const fields = (name: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : [`${name} ${lines.map((line) => `[${line}]`).join(' ')}`];
  const body =
    replyBytes === 0
      ? 'no reply'
      : reply === null
        ? `a reply of ${counted(replyBytes, 'byte')} that cannot be read`
        : `reply ${reply}`;
  return [
    `status ${status}`,
    ...fields('headers', headers),
    ...fields('trailers', trailers),
    body,
  ].join('; ');
}
