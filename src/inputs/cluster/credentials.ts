import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ExecAuth } from '@kubernetes/client-node/dist/exec_auth.js';
import { FileAuth } from '@kubernetes/client-node/dist/file_auth.js';
import { InputError } from '../../input-error.js';
import type { UserEntry } from './kubeconfig-entries.js';
import type { ClusterAccess } from './kubeconfig.js';

/** What an API server is asked with. */
export interface Credentials {
  headers: Readonly<Record<string, string>>;
  tls: {
    ca?: Buffer;
    cert?: Buffer;
    key?: Buffer;
    servername?: string;
    rejectUnauthorized?: boolean;
  };
  /** When the client's certificate has expired; null: it has not, or there is none. */
  expired: Date | null;
}

/** What the library writes of. */
interface Given {
  headers: Record<string, string>;
  cert?: string;
  key?: string;
}

const FLAG = { path: '--kube' };
const PLUGIN_TIMEOUT_MS = 60_000;

/**
 * What the user of a context has to show: a token, a certificate, or what a plugin gives.
 *
 * @throws InputError when a file cannot be read or a plugin gives nothing.
 */
export async function credentialsOf(access: ClusterAccess): Promise<Credentials> {
  const { cluster, user } = access;
  // The library writes into it what plugins and token files give.
  const given: Given = { headers: {} };
  for (const way of [new ExecAuth(), new FileAuth()]) {
    if (!way.isAuthProvider(user)) continue;
    await withinTime(way.applyAuthentication(withExecInfo(user, access), given), user);
  }
  // Files of tokens end in a line feed.
  const { Authorization: fromWay } = given.headers;
  if (fromWay !== undefined) given.headers.Authorization = fromWay.trim();
  if (isText(user.token)) given.headers.Authorization = `Bearer ${user.token.trim()}`;
  const idToken = (user.authProvider as OidcProvider | undefined)?.config?.['id-token'];
  if (isText(idToken)) given.headers.Authorization = `Bearer ${idToken}`;
  if (isText(user.username)) {
    const pair = Buffer.from(`${user.username}:${user.password ?? ''}`).toString('base64');
    given.headers.Authorization = `Basic ${pair}`;
  }
  if (isText(user.impersonateUser)) given.headers['Impersonate-User'] = user.impersonateUser;
  const ca = await bytesOf(cluster.caFile, cluster.caData);
  const cert = bufferOf(given.cert) ?? (await bytesOf(user.certFile, user.certData));
  const key = bufferOf(given.key) ?? (await bytesOf(user.keyFile, user.keyData));
  return {
    headers: given.headers,
    tls: {
      ...(ca === null ? {} : { ca }),
      ...(cert === null ? {} : { cert }),
      ...(key === null ? {} : { key }),
      ...(isText(cluster.tlsServerName) ? { servername: cluster.tlsServerName } : {}),
      ...(cluster.skipTLSVerify ? { rejectUnauthorized: false } : {}),
    },
    expired: expiryOf(cert),
  };
}

interface OidcProvider {
  config?: Readonly<Record<string, unknown>> | null;
}

/** As the `exec` entry of a kubeconfig has it. */
interface ExecEntry {
  apiVersion?: string;
  command?: string;
  env?: { name: string; value: string }[] | null;
  installHint?: string;
}

function execOf(user: UserEntry): ExecEntry | null {
  return (user.exec as ExecEntry | null | undefined) ?? null;
}

/** Source: https://kubernetes.io/docs/reference/access-authn-authz/authentication/#input-and-output-formats */
function withExecInfo(user: UserEntry, { cluster }: ClusterAccess): UserEntry {
  const exec = execOf(user);
  if (exec === null) return user;
  const info = {
    apiVersion: exec.apiVersion,
    kind: 'ExecCredential',
    spec: { interactive: false, cluster: { server: cluster.server } },
  };
  const env = [{ name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) }, ...(exec.env ?? [])];
  return { ...user, exec: { ...exec, env } };
}

async function withinTime(applied: Promise<void>, user: UserEntry): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const giveUp = (): void => {
      reject(new Error(`it gave nothing within ${PLUGIN_TIMEOUT_MS / 1000} s`));
    };
    timer = setTimeout(giveUp, PLUGIN_TIMEOUT_MS);
  });
  try {
    await Promise.race([applied, late]);
  } catch (error) {
    throw failedPlugin(error, user);
  } finally {
    clearTimeout(timer);
  }
}

function failedPlugin(error: unknown, user: UserEntry): InputError {
  const exec = execOf(user);
  const { code, message } = error as NodeJS.ErrnoException;
  if (exec === null) {
    return new InputError(`the token of ${user.name} cannot be read: ${message}`, FLAG);
  }
  const command = String(exec.command);
  if (code === 'ENOENT') {
    const hint = (exec.installHint ?? '').trim().split(/\s*\n\s*/)[0] ?? '';
    return new InputError(
      `the user "${user.name}" logs in by the plugin ${command}, which is not installed or not in PATH${hint === '' ? '' : ` (its hint: ${hint})`}: install it, or choose another context`,
      FLAG,
    );
  }
  // What it prints as JSON are credentials; what it says on standard error is for people.
  const said = error instanceof SyntaxError ? 'it prints no JSON' : lastLine(message);
  return new InputError(
    `the plugin ${command} gives the user "${user.name}" no credentials (${said}): log in with it, then try again`,
    FLAG,
  );
}

function lastLine(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.findLast((line) => line !== '')?.slice(0, 300) ?? 'it ended without a word';
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function bufferOf(given: string | undefined): Buffer | null {
  return isText(given) ? Buffer.from(given) : null;
}

async function bytesOf(file: string | undefined, data: string | undefined): Promise<Buffer | null> {
  if (isText(data)) return Buffer.from(data, 'base64');
  if (!isText(file)) return null;
  return await readFile(file).catch((error: unknown) => {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new InputError(`the kubeconfig names this file, which cannot be read (${code})`, {
      file,
    });
  });
}

function expiryOf(cert: Buffer | null): Date | null {
  if (cert === null) return null;
  try {
    const until = new Date(new X509Certificate(cert).validTo);
    return until.getTime() < Date.now() ? until : null;
  } catch {
    throw new InputError('the client certificate of the kubeconfig is no certificate', FLAG);
  }
}
