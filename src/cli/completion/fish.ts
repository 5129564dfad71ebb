import type { Candidates, CompletedCommand, CompletedFlag } from './completions.js';

/** A script for fish's folder of completions. */
export function fishScript(commands: readonly CompletedCommand[]): string {
  const names = commands.map(({ name }) => name).join(' ');
  const isBare = `-n 'not __fish_seen_subcommand_from ${names}'`;
  return [
    '# Completion of splitproof in fish: ~/.config/fish/completions/splitproof.fish',
    '',
    'complete -c splitproof -f',
    `complete -c splitproof ${isBare} -s h -l help -d 'Show help'`,
    `complete -c splitproof ${isBare} -s V -l version -d 'Show version number'`,
    ...commands.map(
      ({ name, summary }) => `complete -c splitproof ${isBare} -a ${name} -d ${quoted(summary)}`,
    ),
    ...commands.flatMap(commandLines),
    '',
  ].join('\n');
}

function commandLines({ name, flags, words }: CompletedCommand): string[] {
  const isSeen = `complete -c splitproof -n '__fish_seen_subcommand_from ${name}'`;
  const own = words.kind === 'any' ? [] : [`${isSeen} ${candidates(words)}`];
  return [...own, ...flags.map((flag) => `${isSeen} ${flagText(flag)}`)];
}

function flagText({ names, describe, value }: CompletedFlag): string {
  const ways = names.map((name) => (name.length === 1 ? `-s ${name}` : `-l ${name}`));
  const given = value === null ? [] : [`-r ${candidates(value)}`];
  return [...ways, ...given, `-d ${quoted(describe)}`].join(' ');
}

function candidates(of: Candidates): string {
  switch (of.kind) {
    case 'words':
      return `-f -a ${quoted(of.words.join(' '))}`;
    case 'files':
      return '-F';
    case 'folders':
      return "-f -a '(__fish_complete_directories)'";
    case 'any':
      return '-f';
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
}
