import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { InputError } from '../input-error.js';
import type { BenchScenario } from '../scenario/scenario.js';
import type { TlsOptions } from '../wire/socket/tls-options.js';

type TlsSecurity = Exclude<BenchScenario['security'], { kind: 'plaintext' }>;

/**
 * Reads the certificates of a scenario.
 *
 * @param host What the target is called, if it has a name.
 * @throws InputError when a file cannot be read, holds no certificate, or a key fits no certificate.
 */
export function readTlsOptions(security: TlsSecurity, host: string | undefined): TlsOptions {
  const { caFile, client, serverName = host, skipVerify } = security;
  return {
    verify: !skipVerify,
    ...(serverName === undefined ? {} : { serverName }),
    ...(caFile === undefined ? {} : { ca: readCertificates(caFile, '--cacert') }),
    ...(client === undefined ? {} : clientIdentity(client)),
  };
}

function clientIdentity({ certFile, keyFile }: { certFile: string; keyFile: string }) {
  const identity = {
    cert: readCertificates(certFile, '--cert'),
    key: readPem(keyFile, '--key'),
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

/** OpenSSL passes over what it cannot read, and then trusts nobody. */
function readCertificates(file: string, flag: string): string {
  const text = readPem(file, flag);
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
