import { plainText } from '../report/plain-text.js';
import type { RunOptions } from '../run/options.js';
import { describeServed, listServed, type ServedLines } from '../run/served.js';
import type { ServerQuestion } from '../scenario/server-question.js';
import type { Arguments } from './arguments.js';
import { EXIT } from './exit-status.js';
import { writeNote } from './notes.js';
import { serverQuestionFromArguments } from './settings.js';
import { writeError } from './standard-streams.js';
import { servedWordsOf } from './words.js';

/** `splitproof list`. @param signal Gives up when it aborts. @returns The exit status. */
export function listCommand(args: Arguments, signal: AbortSignal): Promise<number> {
  return showServed(args, listServed, signal);
}

/** `splitproof describe`. @param signal Gives up when it aborts. @returns The exit status. */
export function describeCommand(args: Arguments, signal: AbortSignal): Promise<number> {
  return showServed(args, describeServed, signal);
}

async function showServed(
  args: Arguments,
  ask: (
    question: ServerQuestion,
    symbol: string | null,
    options: Pick<RunOptions, 'signal' | 'onNote'>,
  ) => Promise<ServedLines>,
  signal: AbortSignal,
): Promise<number> {
  const { target, symbol = null } = servedWordsOf((args.request ?? []) as string[]);
  const request = target === undefined ? [] : [target];
  const question = await serverQuestionFromArguments({ ...args, request }, signal);
  const answer = await ask(question, symbol, {
    signal,
    onNote: writeNote,
  });
  if (answer.kind === 'unreachable') {
    writeError(`splitproof: ${plainText(answer.problem)}\n`);
    return EXIT.unreachable;
  }
  // What a server calls its own may be anything.
  const lines = answer.lines.length === 0 ? ['(No services)'] : answer.lines.map(plainText);
  process.stdout.write(`${lines.join('\n')}\n`);
  return EXIT.pass;
}
