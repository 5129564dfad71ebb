import type { Options } from 'yargs';
import { InputError } from '../input-error.js';
import { namedStandardInput } from '../inputs/standard-input.js';
import { plainText } from '../report/plain-text.js';
import { maskedText, type Secrets } from '../secrets.js';
import { colorFlag } from './color-flag.js';
import { commandFirst } from './command-first.js';
import { readCommandLine, showOverview } from './command-line.js';
import { COMMANDS } from './commands.js';
import { EXIT, interruptedStatus } from './exit-status.js';
import { curlFlags } from './curl-flags.js';
import { foreignFlags } from './foreign-flags.js';
import { instrumentFlags } from './instrument-flags.js';
import { eachReplicaFlag, kubeFlag } from './kube-flag.js';
import type { Interruption } from './interruption.js';
import { writeError } from './standard-streams.js';
import { refuseTypographicDashes } from './typographic-dashes.js';
import { OUTPUT_OPTIONS, SETTING_OPTIONS } from './verify-options.js';

/** What was sent is known to the run, which masks it; a URL may stand wherever a user can write one. */
const URLS_ONLY: Secrets = { headers: [], values: [] };

/**
 * Runs the command line.
 *
 * @param words The words after the command's own name.
 * @param interruption Ctrl-C. Commands that load a target end with a report; others end at once.
 * @returns The exit status. What is wrong with the input is said in one line on standard error.
 */
export async function runCli(
  words: readonly string[],
  interruption: Interruption,
): Promise<number> {
  try {
    if (words.length === 0) {
      // A pipeline whose command line got lost must not go on as if something were proven.
      showOverview();
      return EXIT.badInput;
    }
    refuseTypographicDashes(words);
    refuseOddSwitches(words);
    const call = readCommandLine(
      namedStandardInput(
        eachReplicaFlag(
          kubeFlag(instrumentFlags(curlFlags(foreignFlags(colorFlag(commandFirst(words)))))),
        ),
      ),
    );
    return call === null ? EXIT.pass : await COMMANDS[call.command](call.args, interruption);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    writeError(`splitproof: ${plainText(maskedText(error.message, URLS_ONLY))}\n`);
    const { signal, signalName } = interruption;
    return signal.aborted ? interruptedStatus(signalName) : EXIT.badInput;
  }
}

/** Yargs takes `--plaintext=yes` for no. */
function refuseOddSwitches(words: readonly string[]): void {
  const end = words.indexOf('--');
  for (const word of end < 0 ? words : words.slice(0, end)) {
    const [, name = '', value = ''] = /^--?([a-z][a-z-]*)=(.*)$/.exec(word) ?? [];
    const options: Readonly<Record<string, Options>> = { ...SETTING_OPTIONS, ...OUTPUT_OPTIONS };
    const option = Object.hasOwn(options, name) ? options[name] : undefined;
    if (option?.type !== 'boolean' || value === 'true' || value === 'false') continue;
    throw new InputError('this is a switch: it is given, or not, and has no value', {
      path: `--${name}`,
    });
  }
}
