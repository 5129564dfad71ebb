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

/**
 * Gives grpcurl's one-dash flags, a closed list, their second dash; and ghz's two flags that have
 * an upper-case letter their name here. Words after `--` stay as they are.
 */
export function grpcurlFlags(words: readonly string[]): string[] {
  const end = words.indexOf('--');
  return words.map((word, index) => {
    if (end >= 0 && index >= end) return word;
    const [, name, value = ''] = /^-([a-z][a-z-]*)(=.*)?$/.exec(word) ?? [];
    if (name !== undefined && ONE_DASH.includes(name)) return `--${name}${value}`;
    return word === '--skipTLS' ? '--skip-verify' : word;
  });
}
