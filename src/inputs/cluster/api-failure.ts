import { InputError } from '../../input-error.js';
import type { ClusterAccess } from './kubeconfig.js';

/** What is known of a question that got no answer. */
export interface FailedQuestion {
  access: ClusterAccess;
  /** When the client's certificate has expired; null: it has not, or there is none. */
  expired: Date | null;
  /** How long it was waited for the answer, in ms; null: something else went wrong. */
  lateMs: number | null;
  /** That it went through, without what it shows there; null: it was asked directly. */
  proxy: string | null;
}

const FLAG = { path: '--kube' };

/** Codes of OpenSSL and Node.js for certificates that are not trusted. */
const UNTRUSTED = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_SIGNATURE_FAILURE',
]);

/** Why an API server could not be asked, in one sentence. */
export function apiFailure(error: unknown, question: FailedQuestion): InputError {
  if (error instanceof InputError) return error;
  const { access, expired, lateMs, proxy } = question;
  const { code = '', message, cause } = error as NodeJS.ErrnoException;
  const words = cause instanceof Error ? cause.message : message;
  const where = serverOf(access);
  const through = proxy === null ? '' : ` through the proxy ${proxy}`;
  if (lateMs !== null) {
    return new InputError(
      `${where} gave no answer${through} within ${lateMs / 1000} s: try again`,
      FLAG,
    );
  }
  if (UNTRUSTED.has(code)) {
    return new InputError(
      `${where} shows a certificate that certificate-authority of the kubeconfig does not vouch for (${code}): is it the right cluster?`,
      FLAG,
    );
  }
  if (code === 'CERT_HAS_EXPIRED') {
    return new InputError(`${where} shows a certificate that has expired: renew it`, FLAG);
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return new InputError(
      `${where} shows a certificate for other names: set tls-server-name in the kubeconfig, or use one of its names`,
      FLAG,
    );
  }
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG') {
    return new InputError(
      `${where} speaks no TLS: is its URL one of http:// or its port another?`,
      FLAG,
    );
  }
  if (expired !== null && code.startsWith('ERR_SSL')) {
    return new InputError(
      `the client certificate expired on ${dayOf(expired)}: log in again`,
      FLAG,
    );
  }
  // What undici calls an abort is a proxy that refuses.
  const reason = code === '' || code === 'UND_ERR_ABORTED' ? words : code;
  return new InputError(
    `${where} cannot be reached${through} (${reason}): is the context right, and the network or VPN up?`,
    FLAG,
  );
}

/** @param expired When the client's certificate has expired; null: it has not, or there is none. */
export function refusedCredentials(access: ClusterAccess, expired: Date | null): InputError {
  const because =
    expired === null
      ? 'they have expired, were revoked, or are of another cluster'
      : `the client certificate expired on ${dayOf(expired)}`;
  return new InputError(
    `${serverOf(access)} does not accept the credentials of ${whoOf(access)}: ${because}; log in again`,
    FLAG,
  );
}

/** Where something else than JSON came. */
export function noApiServer(url: string, status: number): InputError {
  return new InputError(
    `what answers at ${new URL(url).origin} is no API server (status ${status}, and no JSON): is a proxy or the log-in page of a network in between?`,
    FLAG,
  );
}

/** @param waitMs How long it asks to wait. */
export function busyServer(access: ClusterAccess, status: number, waitMs: number): InputError {
  return new InputError(
    `${serverOf(access)} has too much to do (status ${status}): try again in ${Math.ceil(waitMs / 1000)} s`,
    FLAG,
  );
}

function serverOf({ cluster }: ClusterAccess): string {
  return `the API server ${cluster.server}`;
}

function whoOf({ context, user }: ClusterAccess): string {
  return context === null ? user.name : `the user "${user.name}" of the context "${context}"`;
}

function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}
