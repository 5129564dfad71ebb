import type { CallCounts, ForwardCounts, ForwardFailureCounts } from '../../count/counted.js';
import type { Finding } from '../../finding.js';
import { count, counted } from '../../number-text.js';
import { found } from '../found.js';

/** So many kinds of failure stand in a sentence; the record has them all. */
const SHOWN = 3;
/** Of a reason, in a sentence. */
const SHOWN_LENGTH = 160;

/**
 * What calls show whose requests an application makes: that those fail, that it answers with other than one entry
 * for each.
 *
 * @param observationsPerCall Requests that one call makes.
 */
export function forwardFindings(
  { forwards, sent }: Pick<CallCounts, 'forwards' | 'sent'>,
  observationsPerCall: number,
): Finding[] {
  if (forwards === undefined) return [];
  return [
    failing(forwards, sent, observationsPerCall),
    badStatuses(forwards),
    lacking(forwards, sent, observationsPerCall),
  ].filter((finding) => finding !== null);
}

/** `forward-failures`: calls fail, and each hides what others of its requests were answered. */
function failing(forwards: ForwardCounts, sent: number, each: number): Finding | null {
  const { failures } = forwards;
  const [first] = failures;
  if (first === undefined) return null;
  const calls = failures.reduce((sum, one) => sum + one.calls, 0);
  const errors = failures.reduce((sum, one) => sum + one.errors, 0);
  const hidden = calls * each - errors;
  return found('target', {
    code: 'forward-failures',
    severity: 'warning',
    summary: `requests that the application makes fail: ${reasonText(first)}`,
    evidence: [
      `${count(calls)} of ${counted(sent, 'call')} of ${counted(each, 'request')} failed: they tell ${counted(errors, 'error')} and hide ${counted(Math.max(0, hidden), 'answer')}`,
      ...(failures.length === 1 && first.calls === calls ? [] : [reasonsText(failures)]),
      ...singlesText(forwards),
    ].join('; '),
    advice: adviceOn(failures, forwards.singles?.failures ?? null),
  });
}

function adviceOn(
  failures: readonly ForwardFailureCounts[],
  single: readonly ForwardFailureCounts[] | null,
): string {
  const reasons = failures.map(({ reason }) => reason).join(' ');
  if (/larger than max|beyond the limit/.test(reasons)) {
    return 'An answer of gRPC holds 4 MiB unless the server allows more: ask for a smaller count, and make more calls (-n).';
  }
  if (failures[0]?.reason.startsWith('request set timed out') === true) {
    return 'The time is that of all requests of a call together: give them more (timeout_micros, and --timeout), or ask for a smaller count and make more calls (-n).';
  }
  if (single?.length === 0) {
    return 'Asked one by one they are answered: the application or what it calls may be overloaded; ask for a smaller count, or fewer calls at a time (-c).';
  }
  return 'The application says it of its own connection to the service: look at that service, its port, its mTLS (DestinationRule, PeerAuthentication) and at what the control plane gave the application. Ask for a count of 1 where the answers matter that such a call hides.';
}

function singlesText({ singles }: ForwardCounts): string[] {
  if (singles === null) return [];
  const { sent, observed, unknown, failures } = singles;
  const answers = [...observed].map(([name, some]) => `${name} ${count(some)}`);
  if (unknown > 0) answers.push(`not known ${count(unknown)}`);
  const failed = failures.length === 0 ? '' : `, failed: ${reasonsText(failures)}`;
  return [
    `${counted(sent, 'single call')} afterwards, not counted: ${answers.join(', ') || 'none answered'}${failed}`,
  ];
}

function reasonsText(failures: readonly ForwardFailureCounts[]): string {
  const shown = failures.slice(0, SHOWN).map((one) => `${count(one.calls)} × ${reasonText(one)}`);
  const more = failures.length > SHOWN ? ` and ${count(failures.length - SHOWN)} more` : '';
  return `${shown.join('; ')}${more}`;
}

function reasonText({ code, reason }: ForwardFailureCounts): string {
  const short =
    reason.length > SHOWN_LENGTH
      ? `${reason.slice(0, SHOWN_LENGTH)}…`
      : reason || 'no reason given';
  return code === null ? short : `${code}: ${short}`;
}

/** `forward-statuses`: requests are answered with another status than 200, each a failure of its own. */
function badStatuses({ statuses }: ForwardCounts): Finding | null {
  if (statuses.size === 0) return null;
  const list = [...statuses].map(([status, some]) => `${status || 'none'} ${count(some)}`);
  return found('target', {
    code: 'forward-statuses',
    severity: 'warning',
    summary: 'requests that the application makes are answered with a status other than 200',
    evidence: `StatusCode ${list.join(', ')}`,
    advice:
      'Each counts as a failure of its own and not of its call. One without a Hostname was answered on the way: look at the route that the application’s requests take (splitproof explain --forward-to).',
  });
}

/** `forward-output`: answers that have other than one entry for each request. */
function lacking({ lacking: lack }: ForwardCounts, sent: number, each: number): Finding | null {
  const { empty, fewer, more, unreadable } = lack;
  const texts = [
    ...(empty === 0 ? [] : [`${counted(empty, 'answer')} without any entry in output`]),
    ...(fewer === 0 ? [] : [`${counted(fewer, 'answer')} with fewer entries than requests`]),
    ...(more === 0
      ? []
      : [
          `${counted(more, 'answer')} with more, of which those beyond ${count(each)} do not count`,
        ]),
    ...(unreadable === 0
      ? []
      : [`${counted(unreadable, 'answer')} that are no ForwardEchoResponse`]),
  ];
  if (texts.length === 0) return null;
  return found('target', {
    code: 'forward-output',
    severity: 'warning',
    summary: 'answers of the application do not have one entry for each request',
    evidence: `${texts.join(', ')}, of ${counted(sent, 'call')} of ${counted(each, 'request')}`,
    advice:
      'What is left out is missing, and may have gone anywhere. Look whether the target is Istio’s echo application, and at its version.',
  });
}
