import { Worker } from 'node:worker_threads';

/** The longest input that is kept, in bytes. */
const MOST_BYTES = 131_072;
const STUCK_MS = 30_000;

/**
 * Looks after inputs that never come back: it writes the one that is being read to a file, and ends the process.
 * That takes a thread of its own.
 */
export class Watchdog {
  /** The number of inputs so far, and the length of the one that is being read. */
  readonly #state = new Int32Array(new SharedArrayBuffer(8));
  readonly #input = new Uint8Array(new SharedArrayBuffer(MOST_BYTES));
  readonly #thread: Worker;

  /** @param file Takes the input. */
  constructor(file: string) {
    this.#thread = new Worker(LOOK, {
      eval: true,
      workerData: { file, state: this.#state, input: this.#input, stuckMs: STUCK_MS },
    });
    this.#thread.unref();
  }

  begin(input: Uint8Array): void {
    this.#input.set(input.subarray(0, MOST_BYTES));
    this.#state[1] = Math.min(input.length, MOST_BYTES);
    Atomics.add(this.#state, 0, 1);
  }

  async end(): Promise<void> {
    await this.#thread.terminate();
  }
}

/** The thread: it needs nothing that has to be compiled. */
const LOOK = `
const { workerData: { file, state, input, stuckMs } } = require('node:worker_threads');
const { writeFileSync, writeSync } = require('node:fs');
let last = -1;
setInterval(() => {
  const number = Atomics.load(state, 0);
  if (number === last && number > 0) {
    writeFileSync(file, Buffer.from(input.slice(0, state[1])));
    writeSync(1, 'it never came back from ' + file + '\\n');
    process.kill(process.pid, 'SIGKILL');
  }
  last = number;
}, stuckMs);
`;
