import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CorsHeaders, PageLeave } from '../../../src/count/page-leave.js';
import { mergeLeaves } from '../../../src/count/page-leave.js';
import type { CallJudgement } from '../../../src/expect/expectation.js';
import type { AskedPage } from '../../../src/expect/page/asked-page.js';
import { judgePage, withPage } from '../../../src/expect/page/judge-page.js';

const ORIGIN = 'https://myapp.example.com';
const PAGE: AskedPage = {
  origin: ORIGIN,
  headerNames: ['authorization', 'content-type', 'x-grpc-web'],
  failureHeaders: ['grpc-status', 'grpc-message'],
  policy: { file: 'vs.yaml', line: 7, column: 1, document: null, path: 'spec.http[0].corsPolicy' },
  astray: null,
};
const NOTHING: CorsHeaders = {
  allowOrigin: null,
  allowMethods: null,
  allowHeaders: null,
  exposeHeaders: null,
  maxAge: null,
};
const ALLOWED: CorsHeaders = {
  ...NOTHING,
  allowOrigin: ORIGIN,
  allowHeaders: 'Content-Type, X-Grpc-Web,authorization',
  maxAge: '60',
};
const ANSWER: CorsHeaders = {
  ...NOTHING,
  allowOrigin: ORIGIN,
  exposeHeaders: 'grpc-status, Grpc-Message',
};

function leave(
  preflight: Partial<CorsHeaders> = {},
  answer: Partial<CorsHeaders> = {},
  status = 200,
): PageLeave {
  return {
    call: 0,
    preflight: { status, headers: { ...ALLOWED, ...preflight } },
    answer: { ...ANSWER, ...answer },
    trouble: '',
  };
}

describe('whether a page may make a call', () => {
  it('may where the preflight and the answer say so', () => {
    const { check, findings, reasons } = judgePage(PAGE, [leave()]);
    assert.equal(check.verdict, 'pass');
    assert.match(check.text, /leave is kept 60 s; exposed: grpc-status, grpc-message$/);
    assert.deepEqual(findings, []);
    assert.deepEqual(reasons, []);
  });

  it('may where stars stand for origin and headers, but for authorization', () => {
    const plain = { ...PAGE, headerNames: ['content-type', 'x-grpc-web'] };
    const starred = leave({ allowOrigin: '*', allowHeaders: '*' }, { exposeHeaders: '*' });
    assert.equal(judgePage(plain, [starred]).check.verdict, 'pass');
    const { check } = judgePage(PAGE, [starred]);
    assert.match(check.text, /^the header authorization may not be sent; \* are allowed$/);
  });

  const REFUSED: Record<string, [PageLeave, RegExp]> = {
    'no policy': [leave({ allowOrigin: null }, {}, 404), /HTTP 404 without access-control-allow-o/],
    'another origin': [
      leave({ allowOrigin: 'https://b' }),
      /for the origin https:\/\/b instead of/,
    ],
    'the origin in other letters': [
      leave({ allowOrigin: ORIGIN.toUpperCase() }),
      /HTTPS:\/\/MYAPP/,
    ],
    'a status of failure': [leave({}, {}, 403), /answered HTTP 403$/],
    'a header that is not listed': [
      leave({ allowHeaders: 'content-type,authorization' }),
      /^the header x-grpc-web may not be sent; content-type, authorization are allowed$/,
    ],
    'no headers': [leave({ allowHeaders: null }), /headers authorization, .* none is allowed$/],
    'an answer without leave': [
      leave({}, { allowOrigin: null }),
      /^the call itself was answered wit/,
    ],
  };
  for (const [name, [one, text]] of Object.entries(REFUSED)) {
    it(`may not: ${name}`, () => {
      const { check, findings, reasons } = judgePage(PAGE, [leave(), one]);
      assert.equal(check.verdict, 'fail');
      assert.match(check.text, text);
      assert.deepEqual(
        findings.map(({ code, place }) => [code, place?.line]),
        [['cors-refused', 7]],
      );
      assert.equal(reasons[0]?.code, 'cors-refused');
    });
  }

  it('needs no header of an answer whose body tells failures', () => {
    const page = { ...PAGE, failureHeaders: [] };
    assert.deepEqual(judgePage(page, [leave({}, { exposeHeaders: null })]).findings, []);
  });

  it('does not ask for POST, as browsers do not', () => {
    const { check } = judgePage(PAGE, [leave({ allowMethods: 'GET' })]);
    assert.equal(check.verdict, 'pass');
    assert.match(check.text, /POST is not listed/);
  });

  it('says what pages cannot read', () => {
    const { check, findings } = judgePage(PAGE, [leave({}, { exposeHeaders: 'grpc-status' })]);
    assert.equal(check.verdict, 'pass');
    assert.deepEqual(findings[0]?.code, 'cors-not-exposed');
    assert.match(findings[0].summary, /grpc-message of answers/);
  });

  it('is not known where nothing was answered', () => {
    const silent: PageLeave = {
      call: 0,
      preflight: null,
      answer: null,
      trouble: 'no answer within 9 ms',
    };
    const { check, reasons } = judgePage(PAGE, [silent]);
    assert.equal(check.verdict, 'inconclusive');
    assert.match(check.text, /not answered: no answer within 9 ms/);
    assert.equal(reasons[0]?.code, 'cors-not-answered');
    assert.equal(judgePage(PAGE, []).check.verdict, 'inconclusive');
  });

  it('bars the pass of the call, and stands before what does not decide', () => {
    const passed: CallJudgement = {
      verdict: 'pass',
      reasons: [{ code: 'answered', text: 'all' }],
      findings: [],
      split: null,
      check: null,
    };
    const refused = withPage(passed, PAGE, [leave({ allowOrigin: null })]);
    assert.equal(refused.verdict, 'fail');
    assert.deepEqual(
      refused.reasons.map(({ code }) => code),
      ['cors-refused', 'answered'],
    );
    const failed = withPage({ ...passed, verdict: 'fail' }, PAGE, [leave({ allowOrigin: null })]);
    assert.deepEqual(
      failed.reasons.map(({ code }) => code),
      ['answered', 'cors-refused'],
    );
    assert.deepEqual(withPage(passed, PAGE, [leave()]).reasons, passed.reasons);
    assert.equal(withPage(passed, undefined, []), passed);
  });

  it('is merged without losing an answer, in any order', () => {
    const [a, b] = [leave(), leave({ maxAge: '1' })];
    assert.deepEqual(mergeLeaves([a], [b, a]), mergeLeaves([b], [a]));
    assert.equal(mergeLeaves([a], [b, a]).leaves?.length, 2);
    assert.deepEqual(mergeLeaves(undefined, undefined), {});
  });
});
