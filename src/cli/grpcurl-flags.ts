/** Flags of grpcurl that users type with one dash, and that mean the same here. */
const ONE_DASH = [
  'plaintext',
  'authority',
  'cacert',
  'cert',
  'key',
  'servername',
  'proto',
  'protoset',
  'import-path',
  'max-time',
];

/** Flags that have another name here. */
const OTHER_NAMES: ReadonlyMap<string, string> = new Map([
  ['--skipTLS', '--skip-verify'],
  ['-use-reflection', '--reflect'],
  ['--use-reflection', '--reflect'],
]);

/** What grpcurl takes for seconds. */
const BARE_NUMBER = /^\d+(?:\.\d+)?$/;

/**
 * Gives grpcurl's one-dash flags, a closed list, their second dash; and flags of grpcurl and ghz that have
 * another name their name here. The number of `-max-time` gets its unit, seconds. Words after
 * `--` stay as they are.
 */
export function grpcurlFlags(words: readonly string[]): string[] {
  const end = words.indexOf('--');
  return words.map((word, index) => {
    if (end >= 0 && index >= end) return word;
    if (BARE_NUMBER.test(word) && /^--?max-time$/.test(words[index - 1] ?? '')) return `${word}s`;
    const [, name, value = ''] = /^--?([a-z][a-z-]*)(=.*)?$/.exec(word) ?? [];
    if (name !== undefined && ONE_DASH.includes(name)) {
      const isSeconds = name === 'max-time' && BARE_NUMBER.test(value.slice(1));
      return `--${name}${value}${isSeconds ? 's' : ''}`;
    }
    return OTHER_NAMES.get(word) ?? word;
  });
}
