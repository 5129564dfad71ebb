import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { InputError } from '../input-error.js';

/** Certificates of a service, as PEM. */
export interface ServerTls {
  cert: Buffer;
  key: Buffer;
  /** Whose clients are let in; null: anybody's. */
  clientAuthority: Buffer | null;
}

/** A file's name and what is in it. */
export interface PemFile {
  file: string;
  bytes: Buffer;
}

/** The files of a service's certificates. */
export interface PemFiles {
  cert: PemFile;
  key: PemFile;
  /** null: clients show none. */
  clientAuthority: PemFile | null;
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;
/** Older versions have been broken. */
const MIN_VERSION = 'TLSv1.2';

/**
 * Checks that certificates can be served: Node.js tells a wrong one when a client comes, or, of an authority, never.
 * Pure.
 *
 * @throws InputError that names the file.
 */
export function checkedPem({ cert, key, clientAuthority }: PemFiles): ServerTls {
  const [own] = certificatesIn(cert);
  if (own?.checkPrivateKey(privateKeyIn(key)) !== true) {
    throw new InputError(`it is not the key of the certificate in ${cert.file}`, {
      file: key.file,
    });
  }
  if (clientAuthority !== null) certificatesIn(clientAuthority);
  const tls = {
    cert: cert.bytes,
    key: key.bytes,
    clientAuthority: clientAuthority === null ? null : clientAuthority.bytes,
  };
  try {
    createSecureContext(contextOf(tls));
  } catch (error) {
    throw new InputError(`it cannot be served: ${reasonOf(error)}`, { file: cert.file });
  }
  return tls;
}

/** What Node.js takes for them, at the start and later. */
export function contextOf({ cert, key, clientAuthority }: ServerTls) {
  const authority = clientAuthority === null ? {} : { ca: clientAuthority };
  return { cert, key, ...authority, minVersion: MIN_VERSION } as const;
}

function certificatesIn({ file, bytes }: PemFile): X509Certificate[] {
  const blocks = bytes.toString('latin1').match(CERTIFICATE) ?? [];
  if (blocks.length === 0) throw new InputError('there is no certificate in it (PEM)', { file });
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch (error) {
    throw new InputError(`a certificate in it cannot be read: ${reasonOf(error)}`, { file });
  }
}

/** No message repeats anything of it. */
function privateKeyIn({ file, bytes }: PemFile): KeyObject {
  try {
    return createPrivateKey(bytes);
  } catch {
    throw new InputError('there is no private key in it (PEM, without a passphrase)', { file });
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
