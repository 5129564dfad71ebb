import { readCommandLine } from '../../../src/cli/command-line.js';
import { curlFlags } from '../../../src/cli/curl-flags.js';
import { foreignFlags } from '../../../src/cli/foreign-flags.js';
import { instrumentFlags } from '../../../src/cli/instrument-flags.js';
import { settingsFromFlags } from '../../../src/cli/settings.js';
import { namedStandardInput } from '../../../src/inputs/standard-input.js';
import { scenarioOf } from '../../../src/scenario/scenario.js';
import { refused } from '../refused.js';

/** Values that are read while the words are: files and standard input are for other tests. */
const READ_AT_ONCE = '@';

/**
 * A command line, one word a line: it is refused, or is a call of a command, whose settings make a run.
 * No file that it names is read.
 */
export async function fuzz(data: Buffer): Promise<void> {
  const words = data.toString().split('\n');
  const { log, error: complain } = console;
  // Help is printed.
  console.log = console.error = (): void => undefined;
  try {
    const call = readCommandLine(
      namedStandardInput(instrumentFlags(curlFlags(foreignFlags(words)))),
    );
    if (call === null || (call.command !== 'verify' && call.command !== 'bench')) return;
    const values = Object.values(call.args).flat();
    if (values.some((value) => typeof value === 'string' && value.startsWith(READ_AT_ONCE))) return;
    scenarioOf(await settingsFromFlags(call.args), call.command);
  } catch (error) {
    refused(error);
  } finally {
    console.log = log;
    console.error = complain;
  }
}
