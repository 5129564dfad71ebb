import assert from 'node:assert/strict';
import { answerReader, loadAnswerReaders } from '../../../src/call/answer-reader.js';
import { httpAnswer, httpFormat, specOf } from '../../call/answers.js';
import { type Reading, readResponses } from '../../wire/h1/read-responses.js';
import { divided } from '../pieces.js';

const NAMES = ['content-type', 'content-encoding', 'set-cookie', 'x-pod-name', 'server'];
const LINE_END = Buffer.from('\n');
const LIMITS = { maxBodyBytes: 20_000, maxFieldsBytes: 4000 };
const FORMATS = await Promise.all(
  ['header:x-pod-name', 'cookie:pod', 'json:pod.name', 'html:h1 > b', 'text:pod=(\\S+)'].map(
    async (source) => httpFormat(await specOf({ source })),
  ),
);
await loadAnswerReaders(FORMATS);
const READERS = FORMATS.map(answerReader);

/**
 * Responses of HTTP/1.1: they are the same in whatever pieces they come, and who gave them is looked for
 * in each.
 */
export function fuzz(data: Buffer): void {
  const { pieces, bytes } = divided(data);
  const settings = { names: NAMES, limits: LIMITS };
  const whole = readResponses(bytes, settings);
  const cut = readResponses(bytes, { ...settings, pieces });
  // A line that comes in pieces is looked at once it has ended.
  const inPieces =
    cut.isCut && whole.violation !== null
      ? readResponses(Buffer.concat([bytes, LINE_END]), { ...settings, pieces })
      : cut;
  // Where a response is too large and wrong as well, how it comes may decide which is found first.
  const fate = ({ responses, violation, isCut }: Reading): object => {
    return { responses, ...(violation === null ? { isCut } : { isRefused: true }) };
  };
  assert.deepEqual(fate(inPieces), fate(whole));
  for (const { status, body, headers } of whole.responses) {
    const first = Object.fromEntries(
      Object.entries(headers).map(([name, values]) => [name, values.join('\n')]),
    );
    const answer = httpAnswer(Buffer.from(body, 'latin1'), first, status);
    for (const reader of READERS) reader.identify(answer);
  }
}
