import { ProgressText, progressText, type Shown } from './progress-text.js';
import { setStandingLine, writeError } from './standard-streams.js';

/** Shows what a run is doing. */
export interface ProgressDisplay {
  show(progress: Shown): void;
  /** Nothing is shown any more. */
  end(): void;
}

/** What a progress line asks of a terminal. */
export type Terminal = Pick<NodeJS.WriteStream, 'write' | 'columns'>;

/** What is over sooner is not shown: a line that is written more often flickers. In ms. */
const REDRAW_MS = 100;
const LOG_INTERVAL_MS = 10_000;

const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';
/** Behind the text and not before it, so that no line is ever empty. */
const CLEAR_REST = '\u001b[K';

/** One line on a terminal that is written again and again while a run goes on. */
export class ProgressLine implements ProgressDisplay {
  readonly #terminal: Terminal;
  readonly #text = new ProgressText();
  #latest: Shown | null = null;
  #isShown = false;
  #next: NodeJS.Timeout | null = null;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    process.once('exit', this.#hide);
    process.on('SIGTSTP', this.#pause);
    process.on('SIGCONT', this.#redraw);
    setStandingLine({ hide: this.#hide, redraw: this.#redraw });
  }

  show(progress: Shown): void {
    this.#latest = progress;
    this.#redraw();
  }

  end(): void {
    if (this.#next !== null) clearTimeout(this.#next);
    this.#hide();
    setStandingLine(null);
    process.off('exit', this.#hide);
    process.off('SIGTSTP', this.#pause);
    process.off('SIGCONT', this.#redraw);
  }

  readonly #redraw = (): void => {
    this.#next ??= setTimeout(() => {
      this.#next = null;
      this.#draw();
    }, REDRAW_MS).unref();
  };

  #draw(): void {
    if (this.#latest === null) return;
    // A line that is full makes some terminals go to the next.
    const text = this.#text.line(this.#latest, Math.max(1, this.#terminal.columns - 1));
    this.#terminal.write(`${this.#isShown ? '' : HIDE_CURSOR}\r${text}${CLEAR_REST}`);
    this.#isShown = true;
  }

  readonly #hide = (): void => {
    if (this.#isShown) this.#terminal.write(`\r${CLEAR_REST}${SHOW_CURSOR}`);
    this.#isShown = false;
  };

  /** The shell gets its terminal as it was. */
  readonly #pause = (): void => {
    this.#hide();
    process.kill(process.pid, 'SIGSTOP');
  };
}

/** A line of its own now and then, where standard error is a file or a pipe. */
export class ProgressLog implements ProgressDisplay {
  readonly #timer: NodeJS.Timeout;
  #latest: Shown | null = null;

  /** @param intervalMs Between two lines, and before the first. */
  constructor(intervalMs = LOG_INTERVAL_MS) {
    this.#timer = setInterval(() => {
      if (this.#latest !== null) writeError(`${progressText(this.#latest)}\n`);
    }, intervalMs).unref();
  }

  show(progress: Shown): void {
    this.#latest = progress;
  }

  end(): void {
    clearInterval(this.#timer);
  }
}
