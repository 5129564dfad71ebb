import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  masked,
  maskedHeader,
  maskedHeaders,
  maskedText,
  maskedUrl,
  secretsOf,
} from '../src/secrets.js';

const NONE = secretsOf([], []);

describe('masked URLs', () => {
  for (const [url, shown] of [
    ['http://gateway:80/a', 'http://gateway:80/a'],
    ['http://jack:pw@gateway/a?b=c&d&e=f#g', 'http://***@gateway/a?b=***&***&e=***#g'],
    ['https://jack@gateway', 'https://***@gateway'],
    ['http://jack:p@w@gateway', 'http://***@gateway'],
    ['http://jack:p/w@gateway', 'http://***@gateway'],
    ['http://gateway:80/x@y', 'http://gateway:80/x@y'],
    ['jack:pw@gateway:80', '***@gateway:80'],
    ['gateway:80', 'gateway:80'],
    ['xds:///service:80', 'xds:///service:80'],
    ['/path?token=1', '/path?token=***'],
    ['http://a?', 'http://a?'],
  ] as const) {
    it(url, () => {
      assert.equal(maskedUrl(url), shown);
    });
  }
});

describe('masked headers', () => {
  it('are those that hold secrets by nature, and those that are named', () => {
    const secrets = secretsOf(['X-Session', 'a.b(c'], []);
    assert.equal(maskedText('a.b(c: x', secrets), 'a.b(c: ***');
    for (const name of [
      ...['authorization', 'Proxy-Authorization', 'cookie', 'set-cookie', 'x-api-key'],
      ...['x-session', 'X-SESSION'],
    ]) {
      assert.equal(maskedHeader(name, 'secret', secrets), '***', name);
    }
    assert.equal(maskedHeader('x-user', 'jack', secrets), 'jack');
    assert.deepEqual(
      maskedHeaders(
        [
          ['x-user', 'jack'],
          ['cookie', 'a=b'],
        ],
        secrets,
      ),
      [
        ['x-user', 'jack'],
        ['cookie', '***'],
      ],
    );
  });
});

describe('masked text', () => {
  const basic = Buffer.from('jack:pass word 1').toString('base64');
  const secrets = secretsOf(
    ['x-tenant'],
    [
      ['authorization', 'Bearer tok"en-12345'],
      ['proxy-authorization', `Basic ${basic}`],
      ['cookie', 'theme=dark; id=abcdef123456'],
      ['x-tenant', 'acme'],
      ['x-user', 'jill-the-user'],
    ],
  );
  for (const [text, shown] of [
    // Literal values, whole and in parts, as they are and as JSON and URLs write them.
    ['no access with Bearer tok"en-12345', 'no access with ***'],
    ['token tok"en-12345 expired', 'token *** expired'],
    [String.raw`{"got":"tok\"en-12345"}`, '{"got":"***"}'],
    ['got tok%22en-12345', 'got ***'],
    ['xtok"en-12345x', 'x***x'],
    [`got ${basic}`, 'got ***'],
    ['wrong password pass word 1', 'wrong password ***'],
    ['session abcdef123456 is over', 'session *** is over'],
    // Short ones by themselves only; very short ones not at all.
    ['tenant acme, not acmeology', 'tenant ***, not acmeology'],
    ['jill-the-user may', 'jill-the-user may'],
    // What follows a name.
    ['set-cookie: id=zzz; path=/\nnext', 'set-cookie: ***\nnext'],
    ['{"x-api-key": "k1", "code": 5}', '{"x-api-key": "***", "code": 5}'],
    ["{'Authorization':'k1'}", "{'Authorization':'***'}"],
    ['cookie: "never closed', 'cookie: "***"'],
    [String.raw`{"body":"{\"cookie\":\"a=b\"}"}`, String.raw`{"body":"{\"cookie\":***`],
    ['the header cookie is a=b', 'the header cookie is ***'],
    ['RBAC: authorization is required', 'RBAC: authorization is required'],
    ['my-x-api-key-name: k1', 'my-x-api-key-name: k1'],
    ['see http://jack:pw@host/a?b=c.', 'see http://***@host/a?b=***'],
    ['nothing at all: v1 60 %', 'nothing at all: v1 60 %'],
  ] as const) {
    it(text, () => {
      assert.equal(maskedText(text, secrets), shown);
    });
  }
});

describe('masking', () => {
  it('changes nothing that is masked already', () => {
    for (const text of [
      'cookie: a=b',
      '{"x-api-key": "k1"}',
      'see http://jack:pw@host/a?b=c#d',
      'the header cookie is a=b',
    ]) {
      const shown = maskedText(text, NONE);
      assert.notEqual(shown, text);
      assert.equal(maskedText(shown, NONE), shown);
    }
  });
});

describe('masked data', () => {
  it('are masked in every text and name, and otherwise the same', () => {
    const secrets = secretsOf([], [['x-api-key', 'key-of-jack']]);
    const data = {
      n: 1.5,
      nothing: null,
      list: ['a', { cause: 'bad key-of-jack' }, true],
      'key-of-jack': { 'X-Api-Key': 'other', cookie: ['a=b'] },
      ['__proto__']: 'own',
    };
    const shown = masked(data, secrets);
    assert.deepEqual(JSON.parse(JSON.stringify(shown)), {
      n: 1.5,
      nothing: null,
      list: ['a', { cause: 'bad ***' }, true],
      '***': { 'X-Api-Key': '***', cookie: ['a=b'] },
      ['__proto__']: 'own',
    });
    assert.equal(data.list[0], 'a', 'the data themselves are not changed');
  });

  it('lose nothing where there are no secrets', () => {
    const data = { a: ['b', { c: 'd' }], e: '' };
    assert.deepEqual(masked(data, NONE), data);
  });
});
