import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import { splitproof } from '../fixtures/command.js';

/** Runs a command in a process in which something is left open. @param code Run before the command. */
function withLeft(words: readonly string[], code: string, onStart?: (stdout: Readable) => void) {
  const module = `data:text/javascript,${encodeURIComponent(code)}`;
  return splitproof(words, {
    env: { NODE_OPTIONS: `--import "${module}"` },
    onStart: (_, stdout) => onStart?.(stdout),
  });
}

const KEPT = 'setInterval(() => undefined, 60_000);';

describe('a process that is done', () => {
  it('ends, whatever a library leaves open', async () => {
    const { status, stdout } = await withLeft(['plan', '--weights', 'v1=60,v2=40'], KEPT);
    // A process that is ended from outside has no status.
    assert.equal(status, 0);
    assert.match(stdout, /requests/);
  });

  it('waits for a reader who takes his time, and loses nothing', async () => {
    // More than a socket and its reader hold.
    const much = 4_000_000;
    const code = `${KEPT} process.stdout.write('-'.repeat(${much}) + '\\n');`;
    const words = ['plan', '--weights', 'v1=60,v2=40'];
    const usual = await splitproof(words, {});
    let isAsleep = true;
    let readAsleep = 0;
    const slow = await withLeft(words, code, (stdout) => {
      stdout.on('data', () => (readAsleep += isAsleep ? 1 : 0)).pause();
      setTimeout(() => {
        isAsleep = false;
        stdout.resume();
      }, 6000);
    });
    assert.equal(readAsleep, 0);
    assert.equal(slow.status, 0);
    assert.equal(slow.stdout, `${'-'.repeat(much)}\n${usual.stdout}`);
  });
});
