import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RawAnswer } from '../../src/call/answer.js';
import { answerReader, loadAnswerReaders } from '../../src/call/answer-reader.js';
import type { Identity } from '../../src/call/identity.js';
import { grpcAnswer, grpcFormat, httpAnswer, specOf, whoGave, type Written } from './answers.js';

/** What the echo application printed for a call, shortened. */
const ECHO_TEXT = [
  'RequestHeader=content-type:application/grpc',
  'Host=127.0.0.1:17070',
  'StatusCode=200',
  'ServiceVersion=v1',
  'ServicePort=17070',
  'Proto=GRPC',
  'Echo=hi',
  'Hostname=echo-v1-f76996c45-h7plh',
].join('\n');
const REVIEWS = JSON.stringify({
  id: '0',
  podname: 'reviews-v2-84c8b95f6c-4xq9n',
  reviews: [{ rating: { stars: 5, color: 'black' } }, { rating: null }],
  canary: true,
});
const PAGE = `<!DOCTYPE html><html><head><meta name="pod" content="web-v2-a"></head>
<body><p class="who">Served by
  <b>web&#45;v3-b</b></p><p class="who">other</p></body></html>`;

type Case = [written: Written | string, answer: RawAnswer, expected: string | Identity | undefined];

const GRPC_CASES: Case[] = [
  [
    'greeter',
    grpcAnswer({ message: "Hello, Jo! I'm from hello-v1-b5dc9-cg4dq!" }),
    'hello-v1-b5dc9-cg4dq',
  ],
  ['greeter', grpcAnswer({ message: 'Hello, Jo!' }), undefined],
  ['greeter', grpcAnswer({}), undefined],
  ['greeter', grpcAnswer({ message: `I'm from ${'x'.repeat(300)}!` }), undefined],
  ['echo', grpcAnswer({ message: ECHO_TEXT }), { pod: 'echo-v1-f76996c45-h7plh', version: 'v1' }],
  [
    'echo',
    grpcAnswer({ message: 'ServiveVersion=v2\nHostname=echo-v2-7d76b7969-ltlkp' }),
    { pod: 'echo-v2-7d76b7969-ltlkp', version: 'v2' },
  ],
  ['echo', grpcAnswer({ message: 'ServiceVersion=v2' }), { pod: 'v2', version: 'v2' }],
  [
    'echo',
    grpcAnswer({ message: `RequestHeader=x:1\nHostname=forged\n${ECHO_TEXT}` }),
    { pod: 'echo-v1-f76996c45-h7plh', version: 'v1' },
  ],
  ['header:X-Pod', grpcAnswer({}, { 'x-pod': 'reviews-v2-abc' }), 'reviews-v2-abc'],
  ['trailer:x-pod', grpcAnswer({}, { 'trailer x-pod': 'p' }), 'p'],
  ['trailer:x-pod', grpcAnswer({}, { 'x-pod': 'p' }), undefined],
  ['cookie:route', grpcAnswer({}, { 'set-cookie': 'route=p-1; Path=/' }), 'p-1'],
  ['field:who.pod', grpcAnswer({ who: { pod: 'a-b' } }), 'a-b'],
  ['field:who.pod', grpcAnswer({ who: 'a-b' }), undefined],
  ['field:id', grpcAnswer({ id: 7 }), '7'],
  ['field:all.1.pod', grpcAnswer({ all: [{ pod: 'a' }, { pod: 'b' }] }), 'b'],
  ['field:all.length', grpcAnswer({ all: ['a', 'b'] }), undefined],
  ['field:constructor.name', grpcAnswer({ a: 1 }), undefined],
  ['json:podname', grpcAnswer({ note: 'plain', body: REVIEWS }), 'reviews-v2-84c8b95f6c-4xq9n'],
  ['json:reviews.0.rating.color', grpcAnswer({ body: REVIEWS }), 'black'],
  ['json:podname', grpcAnswer({ body: 'no JSON', number: 5 }), undefined],
  ['html:.who b', grpcAnswer({ page: PAGE }), 'web-v3-b'],
  ['text:pod=(\\S+)', grpcAnswer({ a: ['x', { b: 'pod=p1 y' }] }), 'p1'],
  [
    'regex:pod=(?<pod>\\S+) version=(?<version>\\S+)',
    grpcAnswer({ a: ['x', 'pod=p1 version=v9'] }),
    { pod: 'p1', version: 'v9' },
  ],
  ['from (\\S+)', grpcAnswer({ text: 'from here' }), 'here'],
];

const HTTP_CASES: Case[] = [
  ['greeter', httpAnswer("Hello! I'm from web-v1-x!"), 'web-v1-x'],
  ['echo', httpAnswer(ECHO_TEXT), { pod: 'echo-v1-f76996c45-h7plh', version: 'v1' }],
  ['header:x-pod', httpAnswer('', { 'x-pod': 'p' }, 503), 'p'],
  ['trailer:x-pod', httpAnswer('', { 'trailer x-pod': 'p' }), 'p'],
  [
    'cookie:INGRESSCOOKIE',
    httpAnswer('', { 'set-cookie': 'a=1\nINGRESSCOOKIE="1-2|3"; Path=/; HttpOnly' }),
    '1-2|3',
  ],
  ['cookie:route', httpAnswer('', { 'set-cookie': 'Route=a\nroute=\nother=b' }), undefined],
  ['cookie:route', httpAnswer('', { 'set-cookie': 'route=a\nroute=b' }), 'b'],
  ['cookie:route', httpAnswer('', { cookie: 'route=a' }), undefined],
  ['json:podname', httpAnswer(REVIEWS), 'reviews-v2-84c8b95f6c-4xq9n'],
  ['field:podname', httpAnswer(REVIEWS), 'reviews-v2-84c8b95f6c-4xq9n'],
  ['json:reviews.0.rating.stars', httpAnswer(REVIEWS), '5'],
  ['json:reviews.1.rating.stars', httpAnswer(REVIEWS), undefined],
  ['json:reviews.0.rating', httpAnswer(REVIEWS), undefined],
  ['json:canary', httpAnswer(REVIEWS), 'true'],
  ['json:podname', httpAnswer(`\uFEFF${REVIEWS}`), 'reviews-v2-84c8b95f6c-4xq9n'],
  ['json:podname', httpAnswer(REVIEWS.slice(0, -1)), undefined],
  ['json:pod', httpAnswer('{"pod":"a","pod":"b"}'), 'b'],
  ['html:p.who', httpAnswer(PAGE), 'Served by web-v3-b'],
  ['html:meta[name=pod]@content', httpAnswer(PAGE), 'web-v2-a'],
  ['html:meta[name="pod"] @CONTENT', httpAnswer(PAGE), 'web-v2-a'],
  ['html:p.who@title', httpAnswer(PAGE), undefined],
  ['html:#absent', httpAnswer(PAGE), undefined],
  ['html:b', httpAnswer(`${'<div>'.repeat(100_000)}<b>p</b>`), undefined],
  ['html:b', httpAnswer(`${'<div>'.repeat(400)}<b>p</b>`), 'p'],
  ['text:<b>(.+)</b>', httpAnswer(PAGE), 'web&#45;v3-b'],
  ['text:Modèle (\\S+)', httpAnswer('Modèle a'), 'a'],
  [
    'text:Modèle (\\S+)',
    httpAnswer(Buffer.from('Modèle a', 'latin1'), {
      'content-type': 'text/plain; charset=ISO-8859-1',
    }),
    'a',
  ],
  ['text:Modèle (\\S+)', httpAnswer(Buffer.from('Modèle a', 'latin1')), undefined],
  // The map and the pattern stand on top of whatever the source is.
  [{ source: 'greeter', pattern: 'v\\d' }, httpAnswer("I'm from web-v1-x!"), 'v1'],
  [{ source: 'text:pod=(\\S+)', pattern: 'app-(v\\d)' }, httpAnswer('pod=app-v2-x'), 'v2'],
  [{ source: 'text:pod=(\\S+)', pattern: 'app-(v\\d)' }, httpAnswer('pod=api-v2-x'), undefined],
  [
    { source: 'json:podname', pattern: '-(?P<version>v\\d)-' },
    httpAnswer(REVIEWS),
    { pod: 'v2', version: 'v2' },
  ],
  [
    { source: 'echo', map: { 'echo-v1-f76996c45-h7plh': 'first' } },
    httpAnswer(ECHO_TEXT),
    { pod: 'first', version: 'v1' },
  ],
  [
    { source: 'html:.stars@class', map: { 'stars red': 'v3' } },
    httpAnswer('<i class="stars red">'),
    'v3',
  ],
];

function nameOf(written: Written | string): string {
  return typeof written === 'string' ? written : JSON.stringify(written);
}

describe('identity', () => {
  for (const [kind, cases] of [
    ['grpc', GRPC_CASES],
    ['http', HTTP_CASES],
  ] as const) {
    for (const [written, answer, expected] of cases) {
      const identity = typeof expected === 'string' ? { pod: expected, version: null } : expected;
      it(`${kind}: ${nameOf(written)} → ${identity?.pod ?? 'nobody'}`, async () => {
        const asked = typeof written === 'string' ? { source: written } : written;
        assert.deepEqual(await whoGave(kind, asked, answer), identity);
      });
    }
  }

  it('takes a named group, else the first one, else the whole match', async () => {
    const answer = grpcAnswer({ text: 'zone a\npod-1 of v2\n' });
    const found = async (source: string): Promise<string | undefined> =>
      (await whoGave('grpc', { source }, answer))?.pod;
    assert.equal(await found('(pod)-(?<pod>[0-9])'), '1');
    assert.equal(await found('(?P<pod>pod-[0-9])'), 'pod-1');
    assert.equal(await found('pod-([0-9])'), '1');
    assert.equal(await found('pod-[0-9]'), 'pod-1');
    assert.equal(await found('^pod-[0-9]'), 'pod-1', '^ matches at lines');
    assert.equal(await found('node-(.*)'), undefined);
  });

  it('takes linear time, whatever the server sends', async () => {
    // A backtracking engine needs 2⁴⁰ steps for this.
    const answer = grpcAnswer({ text: 'a'.repeat(40) });
    assert.equal(await whoGave('grpc', { source: '(a|a)*b' }, answer), undefined);
    // So many beginnings of which none goes on would take 10¹⁰.
    const prefixes = httpAnswer('ab'.repeat(100_000));
    assert.equal(await whoGave('http', { source: 'ab(.*)c' }, prefixes), undefined);
  });

  it('gives names by a map, to what it has only', async () => {
    const map = { blue: 'v1', constructor: 'v2' };
    const written = { source: 'header:via', pattern: 'server=([a-z]+)', map };
    const from = async (via: string): Promise<string | undefined> =>
      (await whoGave('grpc', written, grpcAnswer({}, { via })))?.pod;
    assert.equal(await from('server=blue'), 'v1');
    assert.equal(await from('server=constructor'), 'v2');
    assert.equal(await from('server=green'), 'green', 'what is not in the map keeps its name');
    assert.equal(await from('1.1 gateway'), undefined);
  });

  it('reads equal headers once, and forgets before there are too many', async () => {
    const format = grpcFormat(
      await specOf({ source: 'trailer:via', pattern: 'server=([a-z0-9-]+)' }),
    );
    await loadAnswerReaders([format]);
    const reader = answerReader(format);
    const from = (via: string): Identity | undefined =>
      reader.identify(grpcAnswer({}, { 'trailer via': via }));
    const first = from('server=a');
    assert.equal(from('server=a'), first, 'the same object');
    for (let pod = 0; pod < 1024; pod++) from(`server=pod-${pod}`);
    assert.notEqual(from('server=a'), first, 'read again');
    assert.deepEqual(from('server=a'), first);
  });
});

describe('answers in which nothing is found', () => {
  const map = { '': 'v1', black: 'v2' };
  const cases: [Written, RawAnswer, string | undefined][] = [
    [{ source: 'html:.stars@title', map }, httpAnswer('<p>no stars</p>'), 'v1'],
    [{ source: 'html:.stars@title', map }, httpAnswer('<p class=stars title=black>'), 'v2'],
    [{ source: 'html:.stars@title', map }, httpAnswer('<p>no stars</p>', {}, 503), undefined],
    [{ source: 'html:.stars@title', map }, httpAnswer('<p>no stars</p>', {}, 302), undefined],
    [{ source: 'html:.stars@title', map }, httpAnswer('not a page'), undefined],
    [{ source: 'json:a.b', map }, httpAnswer('{"a": {}}'), 'v1'],
    [{ source: 'json:a.b', map }, httpAnswer('{"a": {'), undefined],
    [{ source: 'json:a.b', map }, httpAnswer(''), undefined],
    [{ source: 'header:x', map }, httpAnswer('', {}, 204), 'v1'],
    [{ source: 'cookie:x', map }, httpAnswer('', { 'set-cookie': 'y=z' }), 'v1'],
    [{ source: 'text:x=(.+)', map }, httpAnswer('y=z'), 'v1'],
    [{ source: 'text:x=(.+)', map }, httpAnswer(`x=${'y'.repeat(300)}`), undefined],
    [{ source: 'header:x', pattern: 'a(.)', map }, httpAnswer('', { x: 'b' }), 'v1'],
  ];
  for (const [written, answer, expected] of cases) {
    it(`${nameOf(written)} at ${answer.status} → ${expected ?? 'nobody'}`, async () => {
      assert.equal((await whoGave('http', written, answer))?.pod, expected);
    });
  }

  it('are named by gRPC, too, where the call succeeded', async () => {
    const written = { source: 'field:stars', map };
    assert.equal((await whoGave('grpc', written, grpcAnswer({})))?.pod, 'v1');
    assert.equal(await whoGave('grpc', written, { ...grpcAnswer({}), status: 14 }), undefined);
  });
});
