import { readFileSync } from 'node:fs';
import { InputError } from '../input-error.js';
import type { BenchScenario } from '../scenario/scenario.js';
import type { TlsOptions } from '../wire/connect.js';

/**
 * Reads the certificates of a scenario.
 *
 * @returns null for plaintext.
 * @throws InputError when a file cannot be read or is no PEM.
 */
export function tlsOptionsOf({ security, target }: BenchScenario): TlsOptions | null {
  if (security.kind === 'plaintext') return null;
  const { caFile, client, serverName, skipVerify } = security;
  // Addresses are dialled after the name is resolved; the certificate is for the name.
  const name = serverName ?? (target.kind === 'tcp' ? target.host : undefined);
  return {
    verify: !skipVerify,
    ...(name === undefined ? {} : { serverName: name }),
    ...(caFile === undefined ? {} : { ca: readPem(caFile, '--cacert') }),
    ...(client === undefined
      ? {}
      : { cert: readPem(client.certFile, '--cert'), key: readPem(client.keyFile, '--key') }),
  };
}

function readPem(file: string, flag: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new InputError(missing ? 'no such file' : 'cannot be read', { file, path: flag });
  }
  if (!text.includes('-----BEGIN ')) {
    throw new InputError('this is not a PEM file: it has no "-----BEGIN" line', {
      file,
      path: flag,
    });
  }
  return text;
}
