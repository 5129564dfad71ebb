import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import {
  assertSplit,
  InputError,
  render,
  scenarioOf,
  type SettingsInput,
  SplitAssertionError,
  verify,
} from '../../src/index.js';
import { scriptedTransport } from '../fixtures/scripted-transport.js';

const TIMEOUT = { timeout: 60_000 };
/** What a terminal shows at once. */
const SCREEN = { lines: 40, columns: 80 };
const SETTINGS: SettingsInput = {
  target: '127.0.0.1:1',
  plaintext: true,
  call: 'helloworld.Greeter/SayHello',
  weights: { v1: 60, v2: 40 },
  connections: 8,
};

/** A target whose versions answer by these weights. */
function answering(
  v1: number,
  v2: number,
): { openTransport: ReturnType<typeof scriptedTransport> } {
  const peers = [
    { pod: 'grpc-helloworld-v1-5d4f8c9b7-abcde', weight: v1 },
    { pod: 'grpc-helloworld-v2-7c6d9f5b8-fghij', weight: v2 },
  ];
  return { openTransport: scriptedTransport({ peers }) };
}

async function thrown(promise: Promise<unknown>): Promise<SplitAssertionError> {
  const error: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof SplitAssertionError);
  assert.ok(error instanceof assert.AssertionError);
  const lines = error.message.split('\n');
  assert.ok(lines.length <= SCREEN.lines, error.message);
  for (const line of lines) assert.ok(line.length <= SCREEN.columns, line);
  return error;
}

describe('assertSplit', () => {
  it('gives the record of a run that passes', TIMEOUT, async () => {
    const record = await assertSplit(SETTINGS, answering(60, 40));
    assert.equal(record.verdict, 'pass');
    assert.equal(await assertSplit(record), record);
  });

  it('throws counts and findings of one that fails', TIMEOUT, async () => {
    const error = await thrown(assertSplit(SETTINGS, answering(40, 60)));
    assert.match(error.message, /^FAIL {2}The traffic does not follow the weights: 'v1' got/);
    assert.match(error.message, /^ {2}destination +weight +expected +observed/m);
    assert.match(error.message, /^ {2}v2 +40 /m);
    assert.match(error.message, /^ {2}weights-reversed$/m);
    const { verdict, actual, expected, operator, code } = error;
    assert.deepEqual(
      [verdict, actual, expected, operator, code],
      ['fail', 'fail', 'pass', 'assertSplit', 'ERR_ASSERTION'],
    );
    assert.equal(error.record.calls[0]?.split?.destinations.length, 2);
    // Runners print an error's own properties, and a record is long.
    assert.doesNotMatch(inspect(error), /latencyMs/);
  });

  it('throws otherwise where nothing is shown, unless that may be', TIMEOUT, async () => {
    const few = { ...SETTINGS, requests: 50 };
    const error = await thrown(assertSplit(few, answering(60, 40)));
    assert.equal(error.verdict, 'inconclusive');
    assert.match(error.message, /^Not shown either way, which is no proof .*\n\nINCONCLUSIVE {2}/);
    const allowed = await assertSplit(few, { ...answering(60, 40), inconclusive: 'pass' });
    assert.equal(allowed.verdict, 'inconclusive');
    await assertSplit({ ...few, inconclusive: 'pass' }, answering(60, 40));
    await thrown(
      assertSplit({ ...few, inconclusive: 'pass' }, { ...answering(60, 40), inconclusive: 'fail' }),
    );
    await thrown(assertSplit(allowed));
  });

  it('throws what is wrong with the settings as it is', async () => {
    await assert.rejects(assertSplit({ ...SETTINGS, alpha: 2 }), InputError);
  });

  it('takes a scenario, too', TIMEOUT, async () => {
    const scenario = scenarioOf({ ...SETTINGS, weights: 'v1=60,v2=40' } as never, 'verify');
    await assertSplit(scenario, answering(60, 40));
  });
});

describe('render', () => {
  it('gives what --format gives', TIMEOUT, async () => {
    const record = await verify(SETTINGS, answering(60, 40));
    assert.deepEqual(JSON.parse(await render(record, 'json')), record);
    const page = await render(record, 'console');
    assert.match(page, /\nPASS {2}The traffic follows the weights.*\n$/s);
    assert.equal(page.includes('\u001b'), false);
    const coloured = await render(record, 'console', { width: 120, colour: true });
    assert.ok(coloured.includes('\u001b[32mPASS'));
    await assert.rejects(render(record, 'constructor' as 'json'), {
      name: 'TypeError',
      message: /^no format is called "constructor": take console, json/,
    });
  });
});
