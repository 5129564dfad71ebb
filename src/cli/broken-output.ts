import { EXIT, raiseExitStatus } from './exit-status.js';

/**
 * Takes what goes wrong with writing to the terminal, a pipe or a file that the shell opened. A
 * reader that has seen enough (`| head`) is not a mistake; a disk that is full is one.
 */
export function watchStandardOutput(): void {
  let isReported = false;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || isReported) return;
    isReported = true;
    raiseExitStatus(EXIT.badInput);
    process.stderr.write(`splitproof: standard output cannot be written: ${error.message}\n`);
  });
  // Where standard error is closed, it cannot be said anywhere.
  process.stderr.on('error', () => undefined);
}
