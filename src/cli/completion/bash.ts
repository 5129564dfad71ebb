import { dashed } from '../option-table.js';
import type { Candidates, CompletedCommand, CompletedFlag } from './completions.js';

/** A script that bash sources; it needs no package of completions. */
export function bashScript(commands: readonly CompletedCommand[]): string {
  const names = commands.map(({ name }) => name);
  return `# Completion of splitproof in bash: source <(splitproof completion bash)

_splitproof() {
  local cur=\${COMP_WORDS[COMP_CWORD]} flag=\${COMP_WORDS[COMP_CWORD - 1]} command= i
  local flags= words= value=none
  # Bash breaks words at an equals sign.
  if [[ $cur == = ]]; then
    cur=
  elif [[ $flag == = ]]; then
    flag=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in
      ${names.join('|')}) command=\${COMP_WORDS[i]}; break ;;
    esac
  done
  case $command in
${commands.map(commandCase).join('\n')}
    *)
      words='${names.join(' ')}'
      flags='--help --version'
      ;;
  esac
  case $value in
    # The names of files are what bash completes by itself.
    files) return ;;
    folders) compopt -o dirnames 2>/dev/null; return ;;
    any) compopt +o default 2>/dev/null; return ;;
    none) [[ $cur == -* ]] && words=$flags ;;
    *) words=$value ;;
  esac
  if [[ -z $words ]]; then
    compopt +o default 2>/dev/null
    return
  fi
  [[ $words == files ]] && return
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}

complete -o default -F _splitproof splitproof
`;
}

function commandCase({ name, flags, words }: CompletedCommand): string {
  const all = flags.flatMap((flag) => flag.names.map(dashed));
  const withValue = flags.flatMap(flagCase);
  return [
    `    ${name})`,
    `      flags='${all.join(' ')}'`,
    `      words='${candidates(words, '')}'`,
    ...(withValue.length === 0
      ? []
      : ['      case $flag in', ...withValue.map((line) => `        ${line}`), '      esac']),
    '      ;;',
  ].join('\n');
}

function flagCase({ names, value }: CompletedFlag): string[] {
  if (value === null) return [];
  return [`${names.map(dashed).join('|')}) value='${candidates(value, 'any')}' ;;`];
}

/** @param nobodyKnows What stands for words that nobody knows. */
function candidates(of: Candidates, nobodyKnows: string): string {
  if (of.kind === 'words') return of.words.join(' ');
  return of.kind === 'any' ? nobodyKnows : of.kind;
}
