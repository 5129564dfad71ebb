import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';
import { ProgressLine, ProgressLog, type Terminal } from '../../src/cli/progress-line.js';
import { writeError } from '../../src/cli/standard-streams.js';

const CONNECTING = { phase: 'connecting', connections: null } as const;
const CONCLUDING = { phase: 'concluding' } as const;

/** Does something while what is written on standard error is kept, and timers stand still. */
function watched(action: () => void): string[] {
  const written: string[] = [];
  mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
  const write = mock.method(process.stderr, 'write', (text: string) => {
    written.push(text);
    return true;
  });
  try {
    action();
  } finally {
    write.mock.restore();
    mock.timers.reset();
  }
  return written;
}

const TERMINAL: Terminal = {
  columns: 80,
  write: (text: string | Uint8Array) => process.stderr.write(text),
};

describe('the progress line', () => {
  it('is written over itself, without a cursor, and taken away in the end', () => {
    const written = watched(() => {
      const line = new ProgressLine(TERMINAL);
      line.show(CONNECTING);
      mock.timers.tick(100);
      line.show(CONCLUDING);
      mock.timers.tick(100);
      line.end();
    });
    assert.deepEqual(written, [
      '\u001b[?25l\rconnecting\u001b[K',
      '\rconcluding\u001b[K',
      '\r\u001b[K\u001b[?25h',
    ]);
  });

  it('does not show what is over in a moment', () => {
    const written = watched(() => {
      const line = new ProgressLine(TERMINAL);
      line.show(CONNECTING);
      mock.timers.tick(50);
      line.end();
      mock.timers.tick(1000);
    });
    assert.deepEqual(written, []);
  });

  it('makes room for what else is said', () => {
    const written = watched(() => {
      const line = new ProgressLine(TERMINAL);
      line.show(CONNECTING);
      mock.timers.tick(100);
      writeError('note: something\n');
      mock.timers.tick(100);
      line.end();
      writeError('more\n');
    });
    assert.deepEqual(written, [
      '\u001b[?25l\rconnecting\u001b[K',
      '\r\u001b[K\u001b[?25h',
      'note: something\n',
      '\u001b[?25l\rconnecting\u001b[K',
      '\r\u001b[K\u001b[?25h',
      'more\n',
    ]);
  });

  it('leaves no handlers behind', () => {
    const events = ['exit', 'SIGTSTP', 'SIGCONT'];
    const before = events.map((event) => process.listenerCount(event));
    watched(() => {
      new ProgressLine(TERMINAL).end();
    });
    assert.deepEqual(
      events.map((event) => process.listenerCount(event)),
      before,
    );
  });
});

describe('the progress log', () => {
  it('says every ten seconds what the run is doing, in a line of its own', () => {
    const written = watched(() => {
      const log = new ProgressLog();
      log.show(CONNECTING);
      mock.timers.tick(9999);
      log.show(CONCLUDING);
      mock.timers.tick(1);
      mock.timers.tick(10_000);
      log.end();
      mock.timers.tick(60_000);
    });
    assert.deepEqual(written, ['concluding\n', 'concluding\n']);
  });
});
