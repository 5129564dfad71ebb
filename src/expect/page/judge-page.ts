import type { CorsHeaders, PageLeave } from '../../count/page-leave.js';
import type { Finding } from '../../finding.js';
import type { CallJudgement, Check, Reason } from '../expectation.js';
import { found } from '../found.js';
import { type Verdict, worstOf } from '../verdict.js';
import type { AskedPage } from './asked-page.js';

const KIND = 'CORS';
const DEFAULT_MAX_AGE_S = 5;

/** A call's judgement with that on the page that makes it. */
export function withPage(
  judged: CallJudgement,
  page: AskedPage | undefined,
  leaves: readonly PageLeave[],
): CallJudgement {
  if (page === undefined) return judged;
  const { check, reasons, findings } = judgePage(page, leaves);
  return {
    ...judged,
    verdict: worstOf([judged.verdict, check.verdict]),
    reasons: check.verdict === 'pass' ? judged.reasons : inOrder(judged, check.verdict, reasons),
    findings: [...judged.findings, ...findings],
    check,
  };
}

/** Those first that decide. */
function inOrder(judged: CallJudgement, own: Verdict, reasons: readonly Reason[]): Reason[] {
  const isFirst = worstOf([judged.verdict, own]) !== judged.verdict || judged.verdict === 'pass';
  return isFirst ? [...reasons, ...judged.reasons] : [...judged.reasons, ...reasons];
}

/** What came of the question whether a page may make a call. */
export interface PageJudgement {
  check: Check;
  reasons: Reason[];
  findings: Finding[];
}

/**
 * Says whether a browser would make a call for a page, and give it the answer
 * (https://fetch.spec.whatwg.org/#http-cors-protocol).
 *
 * @param leaves What was answered: once, or by each part of a run that was answered otherwise.
 */
export function judgePage(page: AskedPage, leaves: readonly PageLeave[]): PageJudgement {
  const answered = leaves.filter(({ preflight }) => preflight !== null);
  const last = answered.at(-1);
  if (last === undefined) {
    const trouble = leaves[0]?.trouble ?? '';
    const why = trouble === '' ? '' : `: ${trouble}`;
    return verdictOf('inconclusive', `the preflight request was not answered${why}`, []);
  }
  for (const leave of answered) {
    const refusal = refusalIn(page, leave);
    if (refusal !== null) return verdictOf('fail', refusal, [refused(page, refusal)]);
  }
  const hidden = answered.flatMap(({ answer }) => (answer === null ? [] : hiddenIn(page, answer)));
  return verdictOf(
    'pass',
    allowedText(page, last),
    hidden.length === 0 ? [] : [notExposed(page, [...new Set(hidden)])],
  );
}

function verdictOf(verdict: Verdict, text: string, findings: Finding[]): PageJudgement {
  const code = verdict === 'fail' ? 'cors-refused' : 'cors-not-answered';
  return {
    check: { kind: KIND, verdict, text },
    reasons: verdict === 'pass' ? [] : [{ code, text: `a page cannot make the call: ${text}` }],
    findings,
  };
}

/** Why a browser would not make the call, or keep its answer to itself; null where it would not. */
function refusalIn(page: AskedPage, { preflight, answer }: PageLeave): string | null {
  if (preflight === null) return null;
  const { status, headers } = preflight;
  const ofOrigin = originRefusal(page, headers);
  if (ofOrigin !== null) return `the preflight request was answered HTTP ${status} ${ofOrigin}`;
  if (status < 200 || status > 299) return `the preflight request was answered HTTP ${status}`;
  const allowed = listIn(headers.allowHeaders);
  const missing = page.headerNames.filter((name) => !isListed(name, allowed));
  if (missing.length > 0) {
    const some = missing.length === 1 ? 'the header' : 'the headers';
    const list = allowed.length === 0 ? 'none is' : `${allowed.join(', ')} are`;
    return `${some} ${missing.join(', ')} may not be sent; ${list} allowed`;
  }
  const ofAnswer = answer === null ? null : originRefusal(page, answer);
  return ofAnswer === null ? null : `the call itself was answered ${ofAnswer}`;
}

/** The CORS check (https://fetch.spec.whatwg.org/#concept-cors-check), without credentials. */
function originRefusal({ origin }: AskedPage, { allowOrigin }: CorsHeaders): string | null {
  if (allowOrigin === null) return 'without access-control-allow-origin';
  if (allowOrigin === '*' || allowOrigin === origin) return null;
  return `for the origin ${allowOrigin} instead of ${origin}`;
}

/** A star stands for all headers but this one. */
function isListed(name: string, allowed: readonly string[]): boolean {
  return allowed.includes(name) || (allowed.includes('*') && name !== 'authorization');
}

function hiddenIn({ failureHeaders }: AskedPage, { exposeHeaders }: CorsHeaders): string[] {
  const exposed = listIn(exposeHeaders);
  return failureHeaders.filter((name) => !exposed.includes(name) && !exposed.includes('*'));
}

function listIn(header: string | null): string[] {
  return (header ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function allowedText({ origin }: AskedPage, { preflight, answer }: PageLeave): string {
  const { maxAge = null, allowMethods = null } = preflight?.headers ?? {};
  const exposed = listIn(answer?.exposeHeaders ?? null);
  const methods = listIn(allowMethods);
  return [
    `a page of ${origin} may make the call`,
    // A browser does not ask it of POST.
    ...(methods.includes('post') || methods.includes('*')
      ? []
      : ['POST is not listed, nor need be']),
    `leave is kept ${maxAge === null ? `${DEFAULT_MAX_AGE_S} s, as nothing is said` : `${maxAge} s`}`,
    exposed.length === 0 ? 'no header of answers is exposed' : `exposed: ${exposed.join(', ')}`,
  ].join('; ');
}

function refused({ policy, astray, origin }: AskedPage, evidence: string): Finding {
  return {
    ...found('proxy', {
      code: 'cors-refused',
      severity: 'error',
      summary: `a browser refuses the call to pages of ${origin}`,
      evidence: astray === null ? evidence : `${evidence}; ${astray}`,
      advice:
        astray === null
          ? 'Compare allowOrigins and allowHeaders of the corsPolicy with the page and with what it sends, and look whether the gateway has the filter (envoy.filters.http.cors).'
          : 'A preflight request is OPTIONS and has none of the headers of the call: let the rule with the corsPolicy match by path, or give it a match for method OPTIONS besides.',
    }),
    place: policy,
  };
}

function notExposed({ policy }: AskedPage, hidden: readonly string[]): Finding {
  return {
    ...found('proxy', {
      code: 'cors-not-exposed',
      severity: 'warning',
      summary: `pages cannot read ${hidden.join(' and ')} of answers that are a status alone`,
      evidence: '',
      advice: 'Name them under exposeHeaders of the corsPolicy.',
    }),
    place: policy,
  };
}
