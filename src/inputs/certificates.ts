import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { InputError } from '../input-error.js';
import type { TlsSecurity } from '../scenario/scenario.js';
import type { TlsOptions } from '../wire/socket/tls-options.js';
import { readText } from './read-text.js';

/** The bundle of all public authorities has a quarter of a megabyte. */
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * Reads the certificates of a scenario.
 *
 * @param host What the target is called, if it has a name.
 * @param signal Gives up when it aborts.
 * @throws InputError when a file cannot be read, holds no certificate, or a key fits no certificate.
 */
export async function readTlsOptions(
  security: TlsSecurity,
  host: string | undefined,
  signal?: AbortSignal,
): Promise<TlsOptions> {
  const { caFile, client, serverName = host, skipVerify, minVersion, maxVersion } = security;
  return {
    verify: !skipVerify,
    ...(serverName === undefined ? {} : { serverName }),
    ...(caFile === undefined ? {} : { ca: await readCertificates(caFile, '--cacert', signal) }),
    ...(client === undefined ? {} : await clientIdentity(client, signal)),
    ...(minVersion === undefined ? {} : { minVersion: TLS_VERSIONS[minVersion] }),
    ...(maxVersion === undefined ? {} : { maxVersion: TLS_VERSIONS[maxVersion] }),
  };
}

const TLS_VERSIONS = { '1.2': 'TLSv1.2', '1.3': 'TLSv1.3' } as const;

async function clientIdentity(
  { certFile, keyFile }: { certFile: string; keyFile: string },
  signal: AbortSignal | undefined,
): Promise<{ cert: string; key: string }> {
  const identity = {
    cert: await readCertificates(certFile, '--cert', signal),
    key: await readPem(keyFile, '--key', signal),
  };
  try {
    createSecureContext(identity);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InputError(`the key cannot be used with the certificate of --cert: ${reason}`, {
      file: keyFile,
      path: '--key',
    });
  }
  return identity;
}

const CERTIFICATE = /-----BEGIN ((?:TRUSTED |X509 )?CERTIFICATE)-----[^-]+-----END \1-----/g;

/** OpenSSL passes over what it cannot read, and then trusts no server at all. */
async function readCertificates(
  file: string,
  flag: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  const text = await readPem(file, flag, signal);
  const blocks = text.match(CERTIFICATE) ?? [];
  if (blocks.length === 0) {
    throw new InputError('it holds no certificate', { file, path: flag });
  }
  blocks.forEach((block, index) => {
    try {
      new X509Certificate(block);
    } catch {
      throw new InputError(`certificate ${index + 1} of ${blocks.length} in it is damaged`, {
        file,
        path: flag,
      });
    }
  });
  return text;
}

async function readPem(
  file: string,
  flag: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  const what = 'a PEM file';
  const { text } = await readText({ from: file, flag, what, maxBytes: MAX_BYTES, signal });
  if (!text.includes('-----BEGIN ')) {
    throw new InputError('this is not a PEM file: it has no "-----BEGIN" line', {
      file,
      path: flag,
    });
  }
  return text;
}
