import { ProgressLine } from '../../src/cli/progress-line.js';
import { PHASES } from './phases.js';

/** Shows one phase after the other, the next at each Enter. */
const line = new ProgressLine(process.stderr);
process.stdin.setRawMode(true);
let next = 0;
const showNext = (): void => {
  const phase = PHASES[next++];
  if (phase !== undefined) {
    line.show(phase.shown);
    return;
  }
  line.end();
  process.stdin.pause();
};
process.stdin.on('data', showNext);
showNext();
