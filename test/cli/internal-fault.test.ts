import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runRecordSchema } from '../../src/record/run-record.js';
import { faultText } from '../../src/cli/internal-fault.js';
import { splitproof } from '../fixtures/command.js';

const LINE =
  'splitproof: internal fault: boom (please report; SPLITPROOF_DEBUG=1 shows the stack)\n';

/** Runs a command with a fault in it. @param code Run in the process before the command. */
function withFault(words: readonly string[], code: string, env: NodeJS.ProcessEnv = {}) {
  const module = `data:text/javascript,${encodeURIComponent(code)}`;
  return splitproof(words, { env: { NODE_OPTIONS: `--import "${module}"`, ...env } });
}

/** As soon as a run listens for Ctrl-C, so that the fault meets a command that has begun. */
const whenListening = (fault: string): string =>
  `process.on('newListener', (name) => { if (name === 'SIGINT') setImmediate(() => { ${fault} }); });`;

describe('a fault of this tool', () => {
  it('that a command throws ends in one line and status 70', async () => {
    const code = `process.stdout.write = () => { throw new TypeError('boom'); };`;
    const { status, stderr } = await withFault(['plan'], code);
    assert.equal(stderr, LINE);
    assert.equal(status, 70);
  });

  it('shows its stack where that is wanted', async () => {
    const code = `process.stdout.write = () => { throw new TypeError('boom'); };`;
    const { status, stderr } = await withFault(['plan'], code, { SPLITPROOF_DEBUG: '1' });
    assert.ok(stderr.startsWith(`${LINE}TypeError: boom\n    at `), stderr);
    assert.equal(status, 70);
  });

  for (const [what, fault] of [
    ['an exception', `throw new Error('boom');`],
    ['a rejected promise', `Promise.reject(new Error('boom'));`],
    ['several of them', `Promise.reject(new Error('boom')); throw new Error('boom');`],
  ] as const) {
    it(`${what} that no code catches ends a run, which still reports`, async () => {
      const words = ['demo', '--duration', '10m', '--format', 'json', '--quiet'];
      const { status, stdout, stderr } = await withFault(words, whenListening(fault));
      assert.equal(stderr, LINE);
      assert.equal(status, 70);
      assert.equal(runRecordSchema.parse(JSON.parse(stdout)).verdict, 'inconclusive');
    });
  }

  it('is one line, whatever was thrown', () => {
    const oneLine = (fault: unknown): string => faultText(fault, {}).replace(/ \(please.*\n$/, '');
    assert.equal(
      oneLine(new Error('first\n  second\u001b[2J')),
      'splitproof: internal fault: first second\\u001b[2J',
    );
    assert.equal(oneLine('a word'), 'splitproof: internal fault: a word');
    assert.equal(oneLine(undefined), 'splitproof: internal fault: undefined');
  });
});
