import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { answerReader, loadAnswerReaders } from '../../../src/call/answer-reader.js';
import { httpAnswers } from '../../../src/call/http/answers.js';
import { httpAnswer, specOf, whoGave } from '../answers.js';

const TEXT = 'pod=web-v1-a';

describe('a body that was compressed', () => {
  const cases: [string, Uint8Array, string | undefined][] = [
    ['gzip', gzipSync(TEXT), 'web-v1-a'],
    ['X-GZIP', gzipSync(TEXT), 'web-v1-a'],
    ['br', brotliCompressSync(TEXT), 'web-v1-a'],
    ['deflate', deflateSync(TEXT), 'web-v1-a'],
    ['deflate', deflateRawSync(TEXT), 'web-v1-a'],
    ['identity', Buffer.from(TEXT), 'web-v1-a'],
    ['br, gzip', gzipSync(brotliCompressSync(TEXT)), 'web-v1-a'],
    ['gzip, br', gzipSync(brotliCompressSync(TEXT)), undefined],
    ['gzip', Buffer.from(TEXT), undefined],
    ['gzip', gzipSync(TEXT).subarray(0, 20), undefined],
    ['br', Buffer.from([]), undefined],
    ['zstd', Buffer.from(TEXT), undefined],
    ['gzip, gzip, gzip', gzipSync(gzipSync(gzipSync(TEXT))), undefined],
    ['gzip', gzipSync(TEXT + ' '.repeat(5 * 1024 * 1024)), undefined],
    ['br', brotliCompressSync(TEXT + ' '.repeat(5 * 1024 * 1024)), undefined],
  ];
  for (const [coding, body, expected] of cases) {
    it(`${coding}, ${body.length} bytes → ${expected ?? 'nobody'}`, async () => {
      const answer = httpAnswer(body, { 'content-encoding': coding });
      const identity = await whoGave('http', { source: 'text:pod=(\\S+)' }, answer);
      assert.equal(identity?.pod, expected);
      // Not being readable is not the same as naming nobody.
      const named = { source: 'text:pod=(\\S+)', map: { '': 'none' } };
      assert.equal((await whoGave('http', named, answer))?.pod, expected);
    });
  }

  it('is read as JSON, too', async () => {
    const answer = httpAnswer(gzipSync('{"pod":"a"}'), { 'content-encoding': 'gzip' });
    assert.equal((await whoGave('http', { source: 'json:pod' }, answer))?.pod, 'a');
  });

  it('is left as it is where the request does not ask for compression', async () => {
    const format = httpAnswers(await specOf({ source: 'text:pod=(\\S+)' }), [['x-a', 'b']]);
    await loadAnswerReaders([format]);
    const answer = httpAnswer(gzipSync(TEXT), { 'content-encoding': 'gzip' });
    assert.equal(answerReader(format).identify(answer), undefined);
  });
});
