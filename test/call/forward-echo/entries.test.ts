import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RawAnswer } from '../../../src/call/answer.js';
import { entriesReader } from '../../../src/call/forward-echo/entries.js';
import { type IdentitySpec } from '../../../src/call/identity.js';
import { entry, PODS } from '../../fixtures/forwarding-echo.js';

const ECHO: IdentitySpec = { source: { kind: 'echo' }, pattern: null, map: null };
const ANSWER = { status: 0 } as RawAnswer;

function read(...texts: string[]) {
  return entriesReader(ECHO, () => texts)(ANSWER)!;
}

/** The body of an entry, in another order. */
function shuffled(text: string): string {
  return text.split('\n').reverse().join('\n');
}

describe('entries of a ForwardEcho', () => {
  it('each say who answered, in whatever order their lines come', () => {
    const found = read(entry(0, 'v1'), shuffled(entry(1, 'v2')));
    assert.deepEqual(
      found.map(({ identity, status, isOk }) => [identity, status, isOk]),
      [
        [{ pod: PODS.v1, version: 'v1' }, '200', true],
        [{ pod: PODS.v2, version: 'v2' }, '200', true],
      ],
    );
  });

  it('understand the misspelt key of the document', () => {
    const [found] = read('[0 body] ServiveVersion=v1\n[0 body] Hostname=echo-v1-a\n');
    assert.deepEqual(found?.identity, { pod: 'echo-v1-a', version: 'v1' });
  });

  it('of plain HTTP have a status of their own, which is that of the request', () => {
    const ok = read(
      '[0] Url=http://echo:80/\n[0] StatusCode=200\n[0] Header=A:b\n[0] SourceIP=1.2.3.4\n[0 body] StatusCode=200\n[0 body] Hostname=echo-v2-a\n',
    );
    assert.deepEqual([ok[0]?.isOk, ok[0]?.identity?.pod], [true, 'echo-v2-a']);
    const bad = read(
      '[3] Url=http://echo:80/\n[3] StatusCode=503\n[3 body] upstream connect error\n',
    );
    assert.deepEqual([bad[0]?.isOk, bad[0]?.status, bad[0]?.identity], [false, '503', undefined]);
  });

  it('are not led astray by what clients send', () => {
    const [found] = read(
      entry(0, 'v1').replace(
        'RequestHeader=x-request-id:0',
        'RequestHeader=x:StatusCode=503\n[0 body] RequestHeader=y:Hostname=evil',
      ),
    );
    assert.deepEqual([found?.isOk, found?.identity?.pod], [true, PODS.v1]);
  });

  it('that say nothing are nobody’s', () => {
    const found = read('', 'garbage\u0000', '[0] Latency=1µs\n');
    assert.deepEqual(
      found.map(({ identity, isOk }) => [identity, isOk]),
      Array.from({ length: 3 }, () => [undefined, true]),
    );
  });
});
