import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { identityOf, parseIdentity } from '../../src/call/identity-option.js';
import { defaultHttpIdentity, defaultIdentity } from '../../src/call/identity-presets.js';
import { InputError } from '../../src/input-error.js';
import { maskedText, secretsOf } from '../../src/secrets.js';

const NOTHING = { source: null, pattern: null, map: null };

describe('the option for identities', () => {
  const refused: [string, RegExp][] = [
    [
      'greter',
      /"greter" does not say where the pod's name is: did you mean greeter\? Otherwise use greeter, echo, bookinfo, header:/,
    ],
    ['heder:x.pod', /"heder:x\.pod" does not say where the pod's name is: did you mean header\?/],
    ['acces-log:/var/log/a.log', /did you mean access-log\?/],
    ['header:x pod', /^--identity: "x pod" is not the name of a header/],
    ['cookie:a;b', /"a;b" is not the name of a cookie/],
    ['json:a..b', /"a\.\.b" is not names with dots between them: write json:items\.0\.pod/],
    ['json:.pod', /is not names with dots between them/],
    ['json:$.pod', /is not names with dots between them/],
    ['field:a. b', /write field:items\.0\.pod/],
    ['header:', /say what follows the colon of header; use greeter/],
    ['cookie: ', /say what follows the colon of cookie; use greeter/],
    ['text:', /say what follows the colon of text/],
    ['regex:', /say what follows the colon of regex/],
    ['regex:(', /^--identity: not a regular expression in RE2 syntax/],
    ['text:(?=pod)x', /neither lookarounds nor backreferences/],
    ['(?<!a)b', /neither lookarounds nor backreferences/],
    [String.raw`(a)\1`, /neither lookarounds nor backreferences/],
    ['html:p[', /^--identity: "p\[" is not a CSS selector \(.+\): write one such as #pod/],
    ['html:p:colour(red)', /is not a CSS selector \(Unknown pseudo-class :colour\)/],
    ['html:>> p', /is not a CSS selector/],
  ];
  for (const [text, message] of refused) {
    it(`refuses ${text}`, async () => {
      await assert.rejects(parseIdentity(text), (error: Error) => {
        assert.ok(error instanceof InputError);
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, /\n/);
        // Outputs mask what follows the name of a header that holds secrets.
        assert.equal(maskedText(error.message, secretsOf([], [])), error.message);
        return true;
      });
    });
  }

  it('takes the pattern of the other option as it is, and says whose it is when it is wrong', async () => {
    const wrong = { ...NOTHING, source: 'echo', pattern: '(' };
    await assert.rejects(
      identityOf(wrong, undefined, 'an answer'),
      /^InputError: --identity-pattern: not a regular expression/,
    );
  });

  it('goes by what is called where no source is named', async () => {
    const map: [string, string][] = [['a', 'b']];
    const fitting = defaultIdentity('/helloworld.Greeter/SayHello');
    const spec = await identityOf({ ...NOTHING, map }, fitting, 'an answer');
    assert.deepEqual(spec, { source: { kind: 'greeter' }, pattern: null, map });
    // A pattern alone says that somebody wants to know.
    const alone = { ...NOTHING, pattern: 'a(.)' };
    await assert.rejects(identityOf(alone, undefined, 'an answer of /a.B/C'), {
      message:
        '--identity: how does an answer of /a.B/C say which pod gave it? e.g. header:x-pod-name, field:pod or a regular expression',
    });
    const nothing = await identityOf(NOTHING, undefined, 'an answer');
    assert.equal(nothing.source.kind, 'none');
  });

  it('takes an expression that begins like a source for one', async () => {
    const { source } = await parseIdentity(String.raw`head:(v\d)`);
    assert.equal(source.kind, 'text');
  });

  it('knows the methods and paths that have a preset', () => {
    assert.equal(defaultIdentity('/proto.EchoTestService/Echo')?.source.kind, 'echo');
    assert.equal(defaultIdentity('/a.B/C'), undefined);
    const podname = { kind: 'json', path: ['podname'] };
    for (const [path, source] of [
      ['/productpage', { kind: 'bookinfo' }],
      ['/productpage?u=normal', { kind: 'bookinfo' }],
      ['/api/v1/products/0/reviews', podname],
      ['/api/v1/products/12/reviews?x=/productpage', podname],
      ['/reviews/0', podname],
      ['/api/v1/products/0/ratings', { kind: 'echo' }],
      ['/productpages', { kind: 'echo' }],
      ['/', { kind: 'echo' }],
    ] as const) {
      assert.deepEqual(defaultHttpIdentity(path, false)?.source, source, path);
    }
  });

  it('takes no pods of reviews for those of the product page', () => {
    assert.equal(defaultHttpIdentity('/productpage?u=normal', true), undefined);
    assert.equal(defaultHttpIdentity('/reviews/0', true)?.source.kind, 'json');
  });
});
