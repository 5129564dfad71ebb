import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { readCommandLine } from '../../src/cli/command-line.js';
import { foreignFlags } from '../../src/cli/foreign-flags.js';
import { scenarioFromArguments } from '../../src/cli/settings.js';
import { inputsOnCommandLine } from '../../src/cli/shared-input.js';
import { namedStandardInput } from '../../src/inputs/standard-input.js';
import type { Scenario } from '../../src/scenario/scenario.js';
import { splitproof } from '../fixtures/command.js';

const folder = mkdtempSync(path.join(tmpdir(), 'splitproof-inputs-'));
after(() => {
  rmSync(folder, { recursive: true });
});

function file(name: string, text: string): string {
  const one = path.join(folder, name);
  writeFileSync(one, text);
  return one;
}

function read(words: readonly string[]) {
  const call = readCommandLine(namedStandardInput(foreignFlags(words)));
  assert.ok(call);
  return call.args;
}

/** The scenario of a load of one method. */
async function scenario(...words: string[]): Promise<Scenario> {
  const args = read(['bench', '--plaintext', ':8080', 'helloworld.Greeter/SayHello', ...words]);
  return await scenarioFromArguments(args, 'bench');
}

async function called(...words: string[]) {
  const { call } = (await scenario(...words)).calls[0]!;
  assert.ok(call.kind === 'grpc');
  return call;
}

describe('what a call sends', () => {
  const data = file('data.json', '{"name":"Jack"}\n');
  const metadata = file('metadata.json', '{"x-user":"jack"}');

  it('may stand in files', async () => {
    for (const flag of [['-d', `@${data}`], ['-D', data], [`--data-file=${data}`]]) {
      assert.deepEqual((await called(...flag)).data, { name: 'Jack' });
    }
    for (const flag of [
      ['-m', `@${metadata}`],
      ['-M', metadata],
      ['--metadata-file', metadata],
    ]) {
      assert.deepEqual((await called(...flag)).metadata, [['x-user', 'jack']]);
    }
  });

  it('says what is wrong with a file', async () => {
    const empty = file('empty.json', '\n');
    await assert.rejects(called('-d', `@${empty}`), /^InputError: --data: \S+empty\.json is empty/);
    await assert.rejects(called('-d', '@nope.json'), /nope\.json: --data: no such file/);
    const secret = file('secret.json', '{"authorization": "Bearer abc}');
    await assert.rejects(called('-m', `@${secret}`), (error: Error) => {
      return error.message.startsWith('--metadata: not JSON') && !error.message.includes('abc');
    });
  });

  it('has no template, not in the place of a number either', async () => {
    const message = /^InputError: --data: \{\{\.RequestNumber\}\} is a template, and none is/;
    await assert.rejects(called('-d', '{"n": {{.RequestNumber}} }'), message);
    await assert.rejects(called('-d', '{"n": "{{.RequestNumber}}"}'), message);
    const { data: sent } = await called('-d', '{"name":"{{.UUID}}"}', '--disable-template-data');
    assert.deepEqual(sent, { name: '{{.UUID}}' });
  });

  it('is told with file and line where it stands in a scenario', async () => {
    const one = file('one.yaml', 'target: :8080\ncall: a.B/C\n\ndata:\n  id: "{{.UUID}}"\n');
    const several = file(
      'several.yaml',
      'target: :8080\ncalls:\n- call: a.B/C\n- call: a.B/D\n  metadata: {x-id: "{{.UUID}}"}\n',
    );
    const at = (name: string, ...words: string[]) =>
      scenarioFromArguments(read(['bench', '--scenario', name, ...words]), 'bench');
    await assert.rejects(at(one), /one\.yaml:4: data: \{\{\.UUID\}\} is a template/);
    await assert.rejects(at(several), /several\.yaml:5: calls\[1\]\.metadata: \{\{\.UUID\}\} is a/);
    await assert.rejects(at(one, '-d', '{"a":"{{.X}}"}'), /^InputError: --data: \{\{\.X\}\} is a/);
    const bare = file('bare.yaml', 'target: :8080\ncall: a.B/C\nmax-error-rate: 5\n');
    await assert.rejects(at(bare), /bare\.yaml:3: max-error-rate: '5' is not an error rate/);
    const explained = await splitproof(['explain', '-f', 'scenarios', '--scenario', one]);
    assert.equal(explained.status, 2);
    assert.match(explained.stderr, /one\.yaml:4: data: \{\{\.UUID\}\} is a template/);
    await at(one, '--literal');
    await at(one, '-d', '{}');
  });

  it('has what the environment holds in headers of the command line, masked', async () => {
    process.env.SPLITPROOF_TEST_TOKEN = 'sesame';
    try {
      const words = ['-expand-headers', '-H', 'x-key: a ${SPLITPROOF_TEST_TOKEN}', '-H', 'b: c'];
      const { calls, secrets } = await scenario(...words);
      assert.deepEqual(calls[0]!.call.metadata, [
        ['x-key', 'a sesame'],
        ['b', 'c'],
      ]);
      assert.ok(secrets.values.some((value) => value.includes('sesame')));
      const plain = await called('-H', 'x-key: ${SPLITPROOF_TEST_TOKEN}');
      assert.deepEqual(plain.metadata, [['x-key', '${SPLITPROOF_TEST_TOKEN}']]);
    } finally {
      delete process.env.SPLITPROOF_TEST_TOKEN;
    }
    await assert.rejects(
      called('--expand-headers', '-H', 'x: ${SPLITPROOF_TEST_NONE}'),
      /^InputError: --header: the environment has no SPLITPROOF_TEST_NONE/,
    );
  });
});

/** Each a flag that reads standard input, as it is written and as it is told. */
const READERS: [string[], string][] = [
  [['--policy', '-'], '--policy -'],
  [['--scenario', '-'], '--scenario -'],
  [['-d', '@'], '--data @'],
  [['-D', '-'], '--data @-'],
  [['--data-binary', '@-'], '--data-binary @-'],
  [['-m', '@-'], '--metadata @-'],
  [['-f', '-'], '--manifest -'],
  [['--config-dump', '-'], '--config-dump -'],
  [['--proto', '-'], '--proto -'],
  [['--protoset', '-'], '--protoset -'],
  [['--cacert', '-'], '--cacert -'],
  [['--cert', '-'], '--cert -'],
  [['--key', '-'], '--key -'],
  [['--identity', 'access-log:-'], '--identity access-log:-'],
];

describe('standard input', () => {
  it('is known to be read by every flag that can', () => {
    const words = READERS.flatMap(([one]) => one);
    assert.deepEqual(
      inputsOnCommandLine(read(['verify', ...words])),
      READERS.map(([, told]) => told),
    );
    assert.deepEqual(inputsOnCommandLine(read(['report', '-'])), ['the record -']);
  });

  for (const [words, message] of [
    [['verify', '--policy', '-', '-f', '-', ':8080'], '--policy - and --manifest - both read it'],
    [['verify', '-d', '@', '-m', '@', ':8080', 'a.B/C'], '--data @ and --metadata @ both read it'],
    [['merge', '-', '-'], 'the record - and the record - both read it'],
    [['merge', '-', 'a.json', '--policy', '-'], '--policy - and the record - both read it'],
  ] as const) {
    it(`feeds one of two: ${words.join(' ')}`, async () => {
      const { status, stderr } = await splitproof(words);
      assert.equal(status, 2);
      assert.ok(stderr.startsWith(`splitproof: standard input: ${message}`), stderr);
      assert.match(stderr, /^[^\n]+\n$/);
    });
  }
});
