import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError } from '../../input-error.js';
import type { MemberTask } from './member.js';
import type { ToProcess } from './process-messages.js';
import type { SentCounts } from './sent-counts.js';
import type { MemberHost, Workers } from './worker-member.js';
import type { FromWorker, ToWorker } from './worker-messages.js';

/** How workers are started that are processes. */
export const WORKER_PROCESSES: Workers = {
  entry: new URL('./worker-process.js', import.meta.url),
  hungAfterMs: 30_000,
  start: (entry, task) => new MemberProcess(entry, task),
};

/** What is kept of the errors that a process prints. */
const MOST_COMPLAINT_CHARACTERS = 10_000;
/** Node.js says so when it ends a process for a fault of its own. */
const ASSERTION = /Assertion failed: [^\r\n]{1,200}/;

/**
 * A process that does a member's work, for what may end a whole process: Node.js's own HTTP/2 ends it
 * by an assertion where a peer's header block is cut off (`Http2Session::~Http2Session` in
 * node_http2.cc, of Node.js 20), whatever thread that happens on. Nothing that it prints is shown.
 */
class MemberProcess extends EventEmitter implements MemberHost {
  readonly #child: ChildProcess;
  readonly #file: number;
  readonly #sent: SentCounts;
  #complaint = '';

  /** @throws InputError when no temporary file can be written. */
  constructor(entry: URL, task: MemberTask) {
    super();
    this.#sent = task.sent;
    this.#file = openedFile(task.sent);
    this.#child = fork(fileURLToPath(entry), {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc', this.#file],
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#complaint = (this.#complaint + text).slice(0, MOST_COMPLAINT_CHARACTERS);
    });
    this.#child.on('message', (message: FromWorker) => this.emit('message', message));
    this.#child.once('error', (error) => this.emit('error', error));
    // Whoever listens hears the first one.
    this.on('error', () => undefined);
    // All that it had said and printed has been read then.
    this.#child.once('close', (code: number | null, signal: string | null) => {
      this.emit('error', new Error(endOf(code, signal, this.#complaint)));
      closeSync(this.#file);
    });
    // Memory that threads share does not reach a process.
    const { warmUp, sample } = task.sent;
    const sent = { warmUp: Float64Array.from(warmUp), sample: Float64Array.from(sample) };
    this.#send({ kind: 'task', task: { ...task, sent } });
  }

  postMessage(message: ToWorker): void {
    this.#send(message);
  }

  readSent(): void {
    const { warmUp, sample } = this.#sent;
    readSync(this.#file, warmUp, 0, warmUp.byteLength, 0);
    readSync(this.#file, sample, 0, sample.byteLength, warmUp.byteLength);
  }

  async terminate(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const isOver = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await isOver;
  }

  #send(message: ToProcess): void {
    // What became of a process that takes no messages any more is told when it has ended.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }
}

/** How a process came to its end, in words. */
function endOf(code: number | null, signal: string | null, complaint: string): string {
  const [assertion] = ASSERTION.exec(complaint) ?? [];
  const end = signal === null ? `it ended with code ${code ?? 'unknown'}` : `${signal} ended it`;
  return assertion === undefined ? end : `${end}: Node.js says '${assertion}'`;
}

/** A file without a name that has the counts in it, and so has its place on the disk. */
function openedFile({ warmUp, sample }: SentCounts): number {
  const file = path.join(tmpdir(), `splitproof-${randomUUID()}`);
  try {
    const descriptor = openSync(file, 'wx+', 0o600);
    unlinkSync(file);
    writeSync(descriptor, warmUp, 0, warmUp.byteLength, 0);
    writeSync(descriptor, sample, 0, sample.byteLength, warmUp.byteLength);
    return descriptor;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new InputError(
      `--engine grpc-js: cannot write to ${tmpdir()} (${code ?? String(error)}): it keeps there what has been sent; name another folder with TMPDIR`,
    );
  }
}
