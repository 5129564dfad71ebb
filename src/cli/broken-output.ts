import { EXIT } from './exit-status.js';

/**
 * Takes what goes wrong with writing to the terminal, a pipe or a file that the shell opened. A
 * reader that has seen enough (`| head`) is no mistake; a disk that is full is one.
 *
 * @returns The exit status that a failure leaves; null while there is none.
 */
export function watchStandardOutput(): () => number | null {
  let status: number | null = null;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || status !== null) return;
    status = EXIT.badInput;
    process.exitCode = status;
    process.stderr.write(`splitproof: standard output cannot be written: ${error.message}\n`);
  });
  // There is nobody left to tell.
  process.stderr.on('error', () => undefined);
  return () => status;
}
