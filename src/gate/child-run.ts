import { spawn } from 'node:child_process';
import { InputError } from '../input-error.js';
import { readRecord, type SavedRun } from '../record/read-record.js';

/** How a run is started and ended. */
export interface ChildRunOptions {
  /** Words before those of the run: the program's file. */
  command: readonly string[];
  /** After which it is ended, in ms. */
  timeoutMs: number;
  /** Ends it, too. */
  signal: AbortSignal;
}

/** What became of a run. */
export type RunOutcome =
  | { kind: 'judged'; exitCode: number; run: SavedRun }
  /** Nothing was judged. */
  | { kind: 'unjudged'; exitCode: number; problem: string };

const ENDS_WITH_GATE = new URL('./ends-with-gate.js', import.meta.url).href;
const MAX_RECORD_BYTES = 256 * 1024 * 1024;
const MAX_WORDS = 4096;
/** How long a run that is to end may take to do so. */
const KILL_MS = 10_000;
const INTERNAL_FAULT = 70;
const UNREACHABLE = 4;
const SIGNAL_STATUS: Partial<Record<NodeJS.Signals, number>> = { SIGINT: 130, SIGTERM: 143 };
/** Statuses of runs that have come to a verdict. */
const JUDGED: readonly number[] = [0, 1, 3];

/**
 * Runs `splitproof verify` in a process of its own: what the service is asked meanwhile does not disturb the load,
 * and a run that breaks does not end the service.
 *
 * @param words After `verify`.
 */
export async function runVerify(
  words: readonly string[],
  options: ChildRunOptions,
): Promise<RunOutcome> {
  const { exitCode, output, errors } = await child(words, options);
  const problem = lastLine(errors) ?? `the run ended with exit status ${exitCode}`;
  if (!JUDGED.includes(exitCode)) {
    const reason = exitCode === UNREACHABLE ? unreachedReason(output) : null;
    return { kind: 'unjudged', exitCode, problem: reason ?? problem };
  }
  try {
    return { kind: 'judged', exitCode, run: readRecord(output, 'the record of the run') };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { kind: 'unjudged', exitCode: INTERNAL_FAULT, problem: error.message };
  }
}

interface Ended {
  exitCode: number;
  output: string;
  errors: string;
}

function child(words: readonly string[], options: ChildRunOptions): Promise<Ended> {
  const { command, timeoutMs, signal } = options;
  const all = [
    ...['--import', ENDS_WITH_GATE, ...command, 'verify', ...words],
    ...['--format', 'json', '--quiet', '--no-color'],
  ];
  return new Promise((resolve) => {
    // What is spoken on the channel is its end.
    const running = spawn(process.execPath, all, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    const chunks: Buffer[] = [];
    let bytes = 0;
    let errors = '';
    let wasTooLong = false;
    let killing: NodeJS.Timeout | undefined;
    const end = (): void => {
      running.kill('SIGTERM');
      killing ??= setTimeout(() => running.kill('SIGKILL'), KILL_MS);
    };
    // Whatever ends this process is not to leave a load behind.
    const abandon = (): void => void running.kill('SIGKILL');
    process.once('exit', abandon);
    const timer = setTimeout(() => {
      wasTooLong = true;
      end();
    }, timeoutMs);
    const settle = (ended: Ended): void => {
      clearTimeout(timer);
      clearTimeout(killing);
      process.off('exit', abandon);
      signal.removeEventListener('abort', end);
      resolve(ended);
    };
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
    running.stdout?.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= MAX_RECORD_BYTES) chunks.push(chunk);
      else end();
    });
    running.stderr?.setEncoding('utf8').on('data', (text: string) => {
      errors = (errors + text).slice(-MAX_WORDS);
    });
    running.on('error', (error) => {
      settle({ exitCode: INTERNAL_FAULT, output: '', errors: error.message });
    });
    running.on('close', (code, by) => {
      const exitCode = code ?? (by === null ? undefined : SIGNAL_STATUS[by]) ?? INTERNAL_FAULT;
      const cause = wasTooLong
        ? `it took longer than run-timeout allows, ${timeoutMs / 1000} s`
        : signal.aborted
          ? 'it was ended with the service'
          : errors;
      // What was ended here is no verdict, whatever it has made of its part of the sample.
      const isCut = wasTooLong || signal.aborted || bytes > MAX_RECORD_BYTES;
      settle({
        exitCode: isCut && JUDGED.includes(exitCode) ? 143 : exitCode,
        output: Buffer.concat(chunks).toString('utf8'),
        errors: cause,
      });
    });
  });
}

function lastLine(text: string): string | null {
  const line = text.trim().split('\n').at(-1) ?? '';
  return line === '' ? null : line.replace(/^splitproof: /, '');
}

/** Why a target was not reached: its record says so. */
function unreachedReason(output: string): string | null {
  try {
    const { findings, reasons } = readRecord(output, 'the record of the run').record;
    const found = findings.find(({ severity }) => severity === 'error');
    return found === undefined ? (reasons[0]?.text ?? null) : `${found.summary} ${found.evidence}`;
  } catch {
    return null;
  }
}
