import { dashed } from '../option-table.js';
import type { Candidates, CompletedCommand, CompletedFlag } from './completions.js';

/** A script that zsh loads as a function of its own, or sources behind compinit. */
export function zshScript(commands: readonly CompletedCommand[]): string {
  return `#compdef splitproof
# Completion of splitproof in zsh: splitproof completion zsh > "\${fpath[1]}/_splitproof"

_splitproof() {
  local context state state_descr line
  typeset -A opt_args
  local -a commands
  commands=(
${commands.map(({ name, summary }) => `    ${quoted(`${name}:${escaped(summary)}`)}`).join('\n')}
  )
  _arguments -C '(- *)'{-h,--help}'[Show help]' '(- *)'{-V,--version}'[Show version number]' \\
    '1:command:->command' '*::argument:->argument'
  case $state in
    command) _describe command commands ;;
    argument)
      case $line[1] in
${commands.map(commandCase).join('\n')}
      esac
      ;;
  esac
}

if [[ $funcstack[1] == _splitproof ]]; then
  _splitproof "$@"
else
  compdef _splitproof splitproof
fi
`;
}

function commandCase({ name, flags, words }: CompletedCommand): string {
  const specs = [...flags.flatMap(flagSpecs), `*:word:${wordAction(words)}`];
  return [
    `        ${name})`,
    '          _arguments -s -S \\',
    specs.map((spec) => `            ${quoted(spec)}`).join(' \\\n'),
    '          ;;',
  ].join('\n');
}

/** Each name by itself; of those that are given once, one takes the place of the others. */
function flagSpecs({ names, describe, isRepeatable, value }: CompletedFlag): string[] {
  const before = isRepeatable ? '*' : `(${names.map(dashed).join(' ')})`;
  return names.map((name) => {
    const joint = value === null ? '' : name.length === 1 ? '+' : '=';
    const given = value === null ? '' : `:value:${action(value)}`;
    return `${before}${dashed(name)}${joint}[${escaped(describe)}]${given}`;
  });
}

/** The message of an action without words would keep zsh from completing flags where the word may stand. */
function wordAction(of: Candidates): string {
  return of.kind === 'any' ? '()' : action(of);
}

function action(of: Candidates): string {
  switch (of.kind) {
    case 'words':
      return `(${of.words.join(' ')})`;
    case 'files':
      return '_files';
    case 'folders':
      return '_files -/';
    case 'any':
      return ' ';
  }
}

/** Colons and brackets are the specification's own. */
function escaped(text: string): string {
  return text.replaceAll(/[[\]:\\]/g, String.raw`\$&`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
