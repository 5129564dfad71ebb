import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseGateSettings } from '../../src/gate/config.js';

/** @returns What is said of a file that is refused. */
function refusal(text: string): string {
  try {
    parseGateSettings(text, 'gate.yaml');
  } catch (error) {
    return (error as Error).message;
  }
  return 'it was taken';
}

const WRONG: readonly [text: string, said: string][] = [
  ['keep: 3', 'it is missing: name a path'],
  ['state: 5', 'it is no path'],
  ['state: s\nkeep-pass: 10', 'write a duration with its unit, such as 500ms, 20s or 5m'],
  ['state: s\ngrace: soon', '"soon" is no duration: 500ms, 20s, 5m, 1h'],
  ['state: s\nqueue: 1.5', 'write a whole number from 1 to 1,000,000'],
  ['state: s\nkeep: 0', 'write a whole number from 1 to 1,000,000'],
  ['state: s\nrate: fast', 'write a number above 0, and at most 1,000,000'],
  ['state: s\nlisten: 8711', 'write HOST:PORT, such as 127.0.0.1:8711'],
  ['state: s\ntls: true', 'write a map, such as { cert: tls/tls.crt, key: tls/tls.key }'],
];

describe('what is wrong with gate.yaml', () => {
  for (const [text, said] of WRONG) {
    it(`is said with what to write: ${text.replace('\n', ', ')}`, () => {
      assert.ok(refusal(text).includes(said), refusal(text));
    });
  }

  it('names the settings of what an unknown one stands in', () => {
    assert.match(refusal('state: s\ngraze: 1s'), /"graze" is no setting of a gate: .*\bgrace\b/);
    assert.match(
      refusal('state: s\ntls: { cert: c, key: k, ca: a }'),
      /"ca" is no setting of tls: there are cert, key, client-ca$/,
    );
  });

  it('is nothing where only state is given', () => {
    const { listen, keep, rate, grace } = parseGateSettings('state: s', 'gate.yaml');
    assert.deepEqual([listen, keep, rate, grace], ['127.0.0.1:8711', 1000, 20, 20_000]);
  });
});
