import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RawAnswer } from '../../src/call/answer.js';
import {
  defaultIdentity,
  type Identity,
  identityReader,
  type IdentitySpec,
  parseIdentity,
} from '../../src/call/identity.js';
import { InputError } from '../../src/input-error.js';

/** An answer, and what its message decodes to. */
interface Answer extends RawAnswer {
  message: unknown;
}

function answer(message: unknown, headers: Record<string, string> = {}): Answer {
  return {
    message,
    buffer: new Uint8Array(8),
    messageStart: 2,
    messageEnd: message === undefined ? 2 : 8,
    header: (name) => headers[name],
    trailer: (name) => headers[`trailer ${name}`],
  };
}

function identified(spec: IdentitySpec, given: Answer): Identity | undefined {
  return identityReader(spec, () => given.message)(given);
}

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

describe('identity', () => {
  const cases: [string, Answer, { pod: string; version: string | null } | undefined][] = [
    [
      'greeter',
      answer({ message: "Hello, Jack! I'm from grpc-helloworld-py-v1-79b5dc9654-cg4dq!" }),
      { pod: 'grpc-helloworld-py-v1-79b5dc9654-cg4dq', version: null },
    ],
    ['greeter', answer({ message: 'Hello, Jack!' }), undefined],
    ['greeter', answer(undefined), undefined],
    ['greeter', answer({ message: `I'm from ${'x'.repeat(300)}!` }), undefined],
    ['echo', answer({ message: ECHO_TEXT }), { pod: 'echo-v1-f76996c45-h7plh', version: 'v1' }],
    [
      'echo',
      answer({ message: 'ServiveVersion=v2\nHostname=echo-v2-7d76b7969-ltlkp' }),
      { pod: 'echo-v2-7d76b7969-ltlkp', version: 'v2' },
    ],
    ['echo', answer({ message: 'ServiceVersion=v2' }), { pod: 'v2', version: 'v2' }],
    [
      'echo',
      answer({ message: `RequestHeader=x:1\nHostname=forged\n${ECHO_TEXT}` }),
      { pod: 'echo-v1-f76996c45-h7plh', version: 'v1' },
    ],
    [
      'header:X-Pod',
      answer(undefined, { 'x-pod': 'reviews-v2-abc' }),
      { pod: 'reviews-v2-abc', version: null },
    ],
    ['trailer:x-pod', answer({}, { 'trailer x-pod': 'p' }), { pod: 'p', version: null }],
    ['trailer:x-pod', answer({}, { 'x-pod': 'p' }), undefined],
    ['field:who.pod', answer({ who: { pod: 'a-b' } }), { pod: 'a-b', version: null }],
    ['field:who.pod', answer({ who: 'a-b' }), undefined],
    ['field:id', answer({ id: 7 }), { pod: '7', version: null }],
    [
      'json:who.podname',
      answer({ note: 'plain', body: '{"who": {"podname": "reviews-v2-x"}}' }),
      { pod: 'reviews-v2-x', version: null },
    ],
    ['json:podname', answer({ body: 'no JSON', number: 5 }), undefined],
    [
      'regex:pod=(?<pod>\\S+) version=(?<version>\\S+)',
      answer({ a: ['x', 'pod=p1 version=v9'] }),
      { pod: 'p1', version: 'v9' },
    ],
    ['from (\\S+)', answer({ text: 'from here' }), { pod: 'here', version: null }],
  ];
  for (const [source, given, expected] of cases) {
    it(`${source} → ${expected?.pod ?? 'nobody'}`, async () => {
      const spec = await parseIdentity(source);
      assert.deepEqual(identified(structuredClone(spec), given), expected);
    });
  }

  it('refuses what does not say where the pod is', async () => {
    for (const text of ['greter', 'header:', 'regex:(', 'regex:']) {
      await assert.rejects(parseIdentity(text), InputError, text);
    }
  });

  it('says what RE2 cannot do', async () => {
    for (const text of ['(?=pod)x', '(?<!a)b', String.raw`(a)\1`]) {
      await assert.rejects(parseIdentity(text), (error: InputError) => {
        assert.match(error.message, /^--identity: not a regular expression in RE2 syntax/);
        assert.match(error.message, /neither lookarounds nor backreferences/);
        return true;
      });
    }
  });

  it('takes a named group, else the first one, else the whole match', async () => {
    const found = async (pattern: string): Promise<string | undefined> =>
      identified(await parseIdentity(pattern), answer({ text: 'zone a\npod-1 of v2\n' }))?.pod;
    assert.equal(await found('(pod)-(?<pod>[0-9])'), '1');
    assert.equal(await found('(?P<pod>pod-[0-9])'), 'pod-1');
    assert.equal(await found('pod-([0-9])'), '1');
    assert.equal(await found('pod-[0-9]'), 'pod-1');
    assert.equal(await found('^pod-[0-9]'), 'pod-1', '^ matches at lines');
    assert.equal(await found('node-(.*)'), undefined);
  });

  it('takes linear time, whatever the server sends', async () => {
    // A backtracking engine needs 2⁴⁰ steps for this.
    const spec = await parseIdentity('(a|a)*b');
    assert.equal(identified(spec, answer({ text: 'a'.repeat(40) })), undefined);
  });

  it('is a source, a pattern and a map', async () => {
    const { pattern } = await parseIdentity('server=([a-z]+)');
    const spec: IdentitySpec = {
      source: { kind: 'header', name: 'via' },
      pattern,
      map: [
        ['blue', 'v1'],
        ['constructor', 'v2'],
      ],
    };
    const read = identityReader(spec, () => undefined);
    const from = (via: string): string | undefined => read(answer(undefined, { via }))?.pod;
    assert.equal(from('server=blue'), 'v1');
    assert.equal(from('server=constructor'), 'v2');
    assert.equal(from('server=green'), 'green', 'what is not in the map keeps its name');
    assert.equal(from('1.1 gateway'), undefined);
    assert.equal(read(answer(undefined)), undefined);
  });

  it('reads equal headers once, and forgets before there are too many', async () => {
    const { pattern } = await parseIdentity('server=([a-z0-9-]+)');
    const read = identityReader(
      { source: { kind: 'trailer', name: 'via' }, pattern, map: null },
      () => undefined,
    );
    const from = (via: string): Identity | undefined =>
      read(answer(undefined, { 'trailer via': via }));
    const first = from('server=a');
    assert.equal(from('server=a'), first, 'the same object');
    for (let pod = 0; pod < 1024; pod++) from(`server=pod-${pod}`);
    assert.notEqual(from('server=a'), first, 'read again');
    assert.deepEqual(from('server=a'), first);
  });

  it('does not find what every object has', async () => {
    assert.equal(
      identified(await parseIdentity('field:constructor.name'), answer({ a: 1 })),
      undefined,
    );
  });

  it('knows the methods that have a preset', async () => {
    const greeter = await parseIdentity('greeter');
    assert.deepEqual(defaultIdentity('/helloworld.Greeter/SayHello'), greeter);
    assert.equal(greeter.source.kind, 'field');
    assert.equal(defaultIdentity('/a.B/C'), undefined);
  });
});
