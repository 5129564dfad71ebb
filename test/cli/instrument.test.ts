import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { instrumentFlags } from '../../src/cli/instrument-flags.js';
import { ROOT, splitproof } from '../fixtures/command.js';

const FILE = 'scenarios/asm-greeter/virtual-service-60-40.yaml';
const BESIDE = ['gateway', 'destination-rule'].flatMap((name) => [
  '-f',
  `scenarios/asm-greeter/${name}.yaml`,
]);
const CALL = ['--plaintext', ':8080', 'helloworld.Greeter/SayHello'];
const ORIGINAL = readFileSync(path.join(ROOT, FILE), 'utf8');

/** Lines of one text that the other does not have, one for one. */
function addedLines(before: string, after: string): string[] {
  const left = before.split('\n');
  return after.split('\n').filter((line) => {
    const at = left.indexOf(line);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

describe('explain --instrument', () => {
  it('prints the object alone, and says the rest on standard error', async () => {
    const { status, stdout, stderr } = await splitproof([
      ...['explain', ...BESIDE, '-f', FILE, ...CALL, '--instrument'],
    ]);
    assert.equal(status, 0, stderr);
    assert.deepEqual(
      addedLines(ORIGINAL, stdout).map((line) => line.trim().replace(/: .*/, ':')),
      ['headers:', 'response:', 'set:', 'x-splitproof:'],
    );
    assert.deepEqual(addedLines(stdout, ORIGINAL), []);
    assert.match(stderr, /^splitproof: x-splitproof set on http\[0\] of VirtualService/);
    assert.match(stderr, /SYNCED/);
    // Of what is no terminal, lines are whole: for grep.
    for (const line of stderr.trim().split('\n')) assert.match(line, /^(?:splitproof|note): /);
  });

  it('takes back what it prints, also from a pipe', async () => {
    const { stdout: instrumented } = await splitproof([
      ...['explain', ...BESIDE, '-f', FILE, '--instrument', ...CALL],
    ]);
    const { status, stdout } = await splitproof(
      ['explain', ...BESIDE, '-f', '-', '--uninstrument', ...CALL],
      { stdin: instrumented },
    );
    assert.equal(status, 0);
    assert.notEqual(instrumented, ORIGINAL);
    assert.equal(stdout, ORIGINAL);
  });

  it("prints the user's own text where another output would mask it", async () => {
    const secret = 'Bearer 0123456789abcdef';
    const text = ORIGINAL.replace(
      /- match:\n/,
      `- match:\n        - headers: {authorization: {exact: ${secret}}} # https://me:pw@example.com\n`,
    );
    const { status, stdout, stderr } = await splitproof(
      [
        ...['explain', ...BESIDE, '-f', '-', ...CALL],
        ...['-H', `authorization: ${secret}`, '--instrument'],
      ],
      { stdin: text },
    );
    assert.equal(status, 0, stderr);
    assert.ok(text.includes(secret));
    assert.ok(stdout.includes(`{exact: ${secret}}} # https://me:pw@example.com\n`), stdout);
    assert.ok(!stderr.includes('0123456789abcdef'));
  });

  for (const [what, flags, problem] of [
    ['a format', ['--instrument', '--format', 'json'], /--format: the object is printed as it is/],
    ['both directions', ['--instrument', '--uninstrument'], /exclude each other/],
    ['a comparison', ['--instrument', '--envoy-admin', 'http://127.0.0.1:1'], /exclude each other/],
    [
      'another object',
      ['--instrument', 'evoyfilter'],
      /"evoyfilter" is none of .*did you mean envoyfilter/,
    ],
  ] as const)
    it(`refuses ${what} beside it, and prints nothing`, async () => {
      const { status, stdout, stderr } = await splitproof([
        ...['explain', ...BESIDE, '-f', FILE, ...CALL, ...flags],
      ]);
      assert.equal(status, 2);
      assert.equal(stdout, '');
      assert.match(stderr, problem);
      assert.equal(stderr.trimEnd().split('\n').length, 1, stderr);
    });

  it('takes no target or call for its value', () => {
    for (const [words, expected] of [
      [
        ['--instrument', ':8080'],
        ['--instrument=header', ':8080'],
      ],
      [
        ['--uninstrument', 'a.B/C'],
        ['--uninstrument=header', 'a.B/C'],
      ],
      [
        ['--instrument', '--plaintext'],
        ['--instrument=header', '--plaintext'],
      ],
      [['--instrument'], ['--instrument=header']],
      [
        ['--instrument', 'telemetry', ':80'],
        ['--instrument', 'telemetry', ':80'],
      ],
      [['--instrument=telemetry'], ['--instrument=telemetry']],
      [
        ['--', '--instrument', ':80'],
        ['--', '--instrument', ':80'],
      ],
    ] as const)
      assert.deepEqual(instrumentFlags(words), expected);
  });
});
