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
  'use-reflection',
];

/** What grpcurl takes for seconds. */
const BARE_NUMBER = /^\d+(?:\.\d+)?$/;

/**
 * Gives grpcurl's one-dash flags, a closed list, their second dash; and ghz's two flags that have
 * an upper-case letter their name here. The number of `-max-time` gets its unit, seconds. Words after
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
    return word === '--skipTLS' ? '--skip-verify' : word;
  });
}
