import type { Argv } from 'yargs';

/** Shells whose words can be completed. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;

export type Shell = (typeof SHELLS)[number];

const COMPLETION_EPILOGUE = `The script is static: at TAB nothing of splitproof is started.

  bash   in ~/.bashrc:  source <(splitproof completion bash)
  zsh    once:          splitproof completion zsh > "\${fpath[1]}/_splitproof"
         or in ~/.zshrc, behind compinit: source <(splitproof completion zsh)
  fish   once:          splitproof completion fish \\
                          > ~/.config/fish/completions/splitproof.fish`;

/** Adds everything `completion` understands. */
export function completionOptions(command: Argv): Argv {
  return command
    .positional('shell', {
      type: 'string',
      choices: SHELLS,
      demandOption: true,
      describe: 'Whose script it is to be',
    })
    .epilogue(COMPLETION_EPILOGUE);
}
