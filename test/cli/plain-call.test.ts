import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Options } from 'yargs';
import { plainCall } from '../../src/cli/plain-call.js';
import { OUTPUT_OPTIONS, SETTING_OPTIONS } from '../../src/cli/verify-options.js';
import { yargsCall } from '../../src/cli/yargs-call.js';
import { InputError } from '../../src/input-error.js';

/** What yargs reads, without what no command looks at; null when it refuses the words. */
function byYargs(words: readonly string[]): unknown {
  try {
    const call = yargsCall(words);
    if (call === null) return null;
    return { command: call.command, args: lookedAt(call.args) };
  } catch (error) {
    if (error instanceof InputError) return null;
    throw error;
  }
}

function byPlainCall(words: readonly string[]): unknown {
  const call = plainCall(words);
  return call === null ? null : { command: call.command, args: lookedAt(call.args) };
}

function lookedAt(args: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(args).filter(
      ([name, value]) => name !== '_' && name !== '$0' && value !== undefined,
    ),
  );
}

const READ_PLAINLY: string[][] = [
  ['bench', '--plaintext', '-d', '{"name":"Jack"}', ':8080', 'helloworld.Greeter/SayHello'],
  ['bench', '-n', '300000', '--format', 'json', '-c', '128', '--connections=4', ':8080', 'a.B/C'],
  ['bench', '-r', '1000', '-z', '30s', '--threshold', 'p99<50ms', ':8080'],
  ['bench', '--rps', '0.5', '--max-error-rate=0.01', '--call', 'a.B/C', 'localhost:8080'],
  ['verify', '-f', 'manifests/', '--plaintext', 'localhost:8080', 'a.B/C', '--quiet'],
  ['verify', '--scenario', 'gate.yaml', '-o', 'one.json', '--total', '1600'],
  ['verify', '--weights', 'v1=90,v2=10', '-H', 'x-canary: always', '-N', 'shop', ':8080'],
  ['verify', '--weights=v1=90,v2=10', '--data="quoted"', ':8080', '--tolerance', '0'],
  ['verify'],
];

/** Read by yargs: help, mistakes, and rarer ways to write something. */
const LEFT_TO_YARGS: string[][] = [
  [],
  ['--help'],
  ['bench', '--help'],
  ['bench', '-h'],
  ['demo'],
  ['bench', '--nonsense', ':8080'],
  ['bench', ':8080', 'a.B/C', 'more'],
  ['bench', '-n5', ':8080'],
  ['bench', '-n', 'many', ':8080'],
  ['bench', '-n', '-5', ':8080'],
  ['bench', '-n', '0x10', ':8080'],
  ['bench', '-n', '5', '-n', '6', ':8080'],
  ['bench', '-n'],
  ['bench', '--data', '', ':8080'],
  ['bench', '--engine', 'curl', ':8080'],
  ['bench', '--alpha', '0.01', ':8080'],
  ['bench', '--plaintext', 'true', ':8080'],
  ['bench', '--plaintext=false', ':8080'],
  ['bench', '--no-color', ':8080'],
  ['verify', '-f', '-', ':8080'],
  ['verify', '-H', 'a: 1', '-H', 'b: 2', ':8080'],
  ['verify', '--', ':8080'],
  ['verify', '--no-quiet', ':8080'],
  ['verify', '--toString', 'x'],
  ['verify', ''],
];

describe('a command line read without yargs', () => {
  for (const words of READ_PLAINLY) {
    it(`is read as yargs reads it: ${words.join(' ')}`, () => {
      const read = byPlainCall(words);
      assert.notEqual(read, null);
      assert.deepEqual(read, byYargs(words));
    });
  }

  for (const words of LEFT_TO_YARGS) {
    it(`is left to yargs: ${words.join(' ')}`, () => {
      assert.equal(plainCall(words), null);
    });
  }

  it('never says anything else than yargs', () => {
    const options: [string, Options][] = Object.entries({ ...SETTING_OPTIONS, ...OUTPUT_OPTIONS });
    const flags = options.flatMap(([name, { alias = [] }]) =>
      [name, ...[alias].flat()].map((typed) => (typed.length > 1 ? `--${typed}` : `-${typed}`)),
    );
    const value = fc.oneof(
      fc.constantFrom('5', '0', '-1', '1.5', '1e3', '007', '', '-', '--', 'true', 'json', 'h2'),
      fc.constantFrom('"x"', "'x'", 'a=b', '{"a":1}', ':8080', 'a.B/C', '0.25', '.5', 'fail'),
      fc.string({ maxLength: 6 }),
    );
    const flag = fc.constantFrom(...flags, '--scenario', '--unknown', '--UP', '--no-color');
    const word = fc.oneof(
      flag.map((one) => [one]),
      fc.tuple(flag, value),
      fc.tuple(flag, value).map(([name, given]) => [`${name}=${given}`]),
      value.map((one) => [one]),
    );
    const words = fc
      .tuple(fc.constantFrom('verify', 'bench'), fc.array(word, { maxLength: 5 }))
      .map(([command, rest]) => [command, ...rest.flat()])
      // Asking for help prints it.
      .filter((all) => !all.some((one) => /^-+(?:h|v)/.test(one)));
    fc.assert(
      fc.property(words, (all) => {
        const read = byPlainCall(all);
        if (read !== null) assert.deepEqual(read, byYargs(all));
      }),
      { numRuns: 500 },
    );
  });
});
