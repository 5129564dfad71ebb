import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROWS = 12;
const LOOK_EACH_MS = 50;
/** What is not seen until then is not shown. */
const TIMEOUT_MS = 30_000;

/** A terminal of tmux, whose screen can be looked at. */
export class Screen {
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'splitproof-screen-'));

  /**
   * Starts a command in a terminal of its own.
   *
   * @param columns Of the terminal.
   * @param command Its words; the terminal stays when it has ended.
   */
  async start(columns: number, command: readonly string[]): Promise<void> {
    const words = command.map((word) => `'${word}'`).join(' ');
    await this.#tmux([
      ...['-f', '/dev/null', 'new-session', '-d', '-x', String(columns), '-y', String(ROWS)],
      `env -u CI TERM=screen ${words}; echo ENDED; sleep 600`,
    ]);
  }

  /** Presses Enter. */
  async enter(): Promise<void> {
    await this.#tmux(['send-keys', 'Enter']);
  }

  /**
   * Waits for what the screen shows to be as wanted.
   *
   * @param isWanted Of the lines without those that are empty.
   * @returns Those lines; whatever is there where they are not as wanted in time.
   */
  async lines(isWanted: (lines: string[]) => boolean): Promise<string[]> {
    const end = performance.now() + TIMEOUT_MS;
    for (;;) {
      const screen = await this.#tmux(['capture-pane', '-p']);
      const lines = screen.split('\n').filter((line) => line !== '');
      if (isWanted(lines) || performance.now() > end) return lines;
      await delay(LOOK_EACH_MS);
    }
  }

  /** Whether the cursor is to be seen. */
  async hasCursor(): Promise<boolean> {
    return (await this.#tmux(['display-message', '-p', '#{cursor_flag}'])).trim() === '1';
  }

  async close(): Promise<void> {
    await this.#tmux(['kill-server']);
    rmSync(this.#folder, { recursive: true });
  }

  async #tmux(words: readonly string[]): Promise<string> {
    const { stdout } = await run('tmux', ['-S', path.join(this.#folder, 'socket'), '-u', ...words]);
    return stdout;
  }
}
