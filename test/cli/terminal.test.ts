import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ColourMode, hasColours, showsProgressLine } from '../../src/cli/terminal.js';

/** Each: the flag, whether there is a terminal, the environment, and whether there are colours. */
const COLOURS: [ColourMode, boolean, NodeJS.ProcessEnv, boolean][] = [
  ['auto', true, {}, true],
  ['auto', false, {}, false],
  ['auto', true, { TERM: 'dumb' }, false],
  ['auto', true, { NO_COLOR: '1' }, false],
  ['auto', true, { NO_COLOR: '' }, true],
  ['auto', false, { FORCE_COLOR: '' }, true],
  ['auto', false, { FORCE_COLOR: '3', TERM: 'dumb' }, true],
  ['auto', false, { FORCE_COLOR: '1', NO_COLOR: '1' }, true],
  ['auto', true, { FORCE_COLOR: '0' }, false],
  ['auto', true, { FORCE_COLOR: 'false' }, false],
  ['always', false, { NO_COLOR: '1', FORCE_COLOR: '0', TERM: 'dumb' }, true],
  ['never', true, { FORCE_COLOR: '3' }, false],
];

describe('the terminal', () => {
  for (const [mode, isTTY, env, expected] of COLOURS) {
    const where = `${isTTY ? 'terminal' : 'pipe'} ${JSON.stringify(env)}`;
    it(`${expected ? 'has' : 'has no'} colours with --color=${mode}, ${where}`, () => {
      assert.equal(hasColours(mode, { isTTY }, env), expected);
    });
  }

  it('has a line of progress for who watches alone', () => {
    const shows = (isTTY: boolean, env: NodeJS.ProcessEnv = {}): boolean =>
      showsProgressLine({ isTTY }, env);
    assert.deepEqual(
      [shows(true), shows(false), shows(true, { CI: '1' }), shows(true, { TERM: 'dumb' })],
      [true, false, false, false],
    );
  });
});
