/** How a connection is secured; undefined stands for plaintext (h2c). Paths are read already. */
export interface TlsSettings {
  /** PEM of the authorities to trust instead of the system's. */
  ca: Buffer | undefined;
  /** PEM of the client certificate and its key. */
  client: { cert: Buffer; key: Buffer } | undefined;
  /** Name for SNI and for the check of the certificate; undefined: the target's host. */
  serverName: string | undefined;
  /** True only when the user asked not to check the server's certificate. */
  skipVerify: boolean;
}
