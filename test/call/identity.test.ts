import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InputError } from '../../src/input-error.js';
import {
  type Answer,
  defaultIdentitySource,
  identityReader,
  parseIdentitySource,
} from '../../src/call/identity.js';

function answer(message: unknown, headers: Record<string, string> = {}): Answer {
  return {
    message: () => message,
    header: (name) => headers[name],
    trailer: (name) => headers[`trailer ${name}`],
  };
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
    it(`${source} → ${expected?.pod ?? 'nobody'}`, () => {
      assert.deepEqual(identityReader(parseIdentitySource(source))(given), expected);
    });
  }

  it('refuses what is no way to find a pod', () => {
    for (const text of ['greter', 'header:', 'regex:(', 'regex:']) {
      assert.throws(() => parseIdentitySource(text), InputError, text);
    }
  });

  it('knows the methods that have a preset', () => {
    assert.deepEqual(defaultIdentitySource('/helloworld.Greeter/SayHello'), { kind: 'greeter' });
    assert.equal(defaultIdentitySource('/a.B/C'), undefined);
  });
});
