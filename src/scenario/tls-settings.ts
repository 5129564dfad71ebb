/** Settings of a connection in TLS, which mean nothing in plaintext. */
export const TLS_SETTINGS = [
  'cacert',
  'cert',
  'key',
  'servername',
  'skip-verify',
  'tls-min',
  'tls-max',
] as const;
