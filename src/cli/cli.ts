import { InputError } from '../input-error.js';
import { plainText } from '../report/plain-text.js';
import { COMMANDS } from './commands.js';
import { EXIT } from './exit-status.js';
import { grpcurlFlags } from './grpcurl-flags.js';
import { loadModule } from './load-module.js';
import { plainCall } from './plain-call.js';
import { namedStandardInput } from './standard-input.js';
import type * as YargsCall from './yargs-call.js';

/**
 * Runs the command line.
 *
 * @param words The words after the command's own name.
 * @returns The exit status. What is wrong with the input is said in one line on standard error.
 */
export async function runCli(words: readonly string[]): Promise<number> {
  try {
    refuseInsecure(words);
    const known = namedStandardInput(grpcurlFlags(words));
    const call =
      plainCall(known) ?? (await loadModule<typeof YargsCall>('./yargs-call.js')).yargsCall(known);
    return call === null ? EXIT.pass : await COMMANDS[call.command](call.args);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    process.stderr.write(`splitproof: ${plainText(error.message)}\n`);
    return EXIT.badInput;
  }
}

/** Two tools that users come from mean opposite things by it. */
function refuseInsecure(words: readonly string[]): void {
  if (!words.some((word) => /^--?insecure(=|$)/.test(word))) return;
  throw new InputError(
    'it means plaintext to ghz and "skip verification" to grpcurl: say --plaintext or --skip-verify',
    { path: '--insecure' },
  );
}
