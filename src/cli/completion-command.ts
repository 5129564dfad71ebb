import type { Arguments } from './arguments.js';
import { bashScript } from './completion/bash.js';
import { completions } from './completion/completions.js';
import { fishScript } from './completion/fish.js';
import { zshScript } from './completion/zsh.js';
import type { Shell } from './completion-options.js';
import { EXIT } from './exit-status.js';
import { writeOutput } from './standard-streams.js';

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript };

/** `splitproof completion`. @returns The exit status. */
export function completionCommand({ shell }: Arguments): Promise<number> {
  writeOutput(SCRIPTS[shell as Shell](completions()));
  return Promise.resolve(EXIT.pass);
}
