import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { InputError } from '../../input-error.js';
import { credentialsOfPlugin, type ExecEntry, type PluginCredentials } from './exec-plugin.js';
import type { UserEntry } from './kubeconfig-entries.js';
import type { ClusterAccess } from './kubeconfig.js';

/** What an API server is asked with. */
export interface Credentials {
  headers: Readonly<Record<string, string | string[]>>;
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

/** How long logging in may take, and what ends it before. */
export interface LogInBounds {
  pluginTimeoutMs?: number;
  /** Gives up when it aborts. */
  signal?: AbortSignal | undefined;
}

const FLAG = { path: '--kube' };
const PLUGIN_TIMEOUT_MS = 60_000;

/**
 * What the user of a context has to show: a token, a certificate, or what a plugin gives.
 *
 * @throws InputError when a file cannot be read or a plugin gives nothing.
 */
export async function credentialsOf(
  access: ClusterAccess,
  bounds: LogInBounds = {},
): Promise<Credentials> {
  const { cluster, user } = access;
  const ca = await bytesOf(cluster.caFile, cluster.caData);
  const plugin = await ofPlugin(access, ca, bounds);
  const cert = bufferOf(plugin?.cert) ?? (await bytesOf(user.certFile, user.certData));
  const key = bufferOf(plugin?.key) ?? (await bytesOf(user.keyFile, user.keyData));
  const authorization = await authorizationOf(user, plugin?.token ?? null);
  return {
    headers: {
      ...(authorization === null ? {} : { Authorization: authorization }),
      ...impersonation(user),
    },
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

async function ofPlugin(
  { cluster, user }: ClusterAccess,
  authority: Buffer | null,
  { pluginTimeoutMs = PLUGIN_TIMEOUT_MS, signal }: LogInBounds,
): Promise<PluginCredentials | null> {
  const exec = user.exec as ExecEntry | null | undefined;
  if (exec === null || exec === undefined) return null;
  const { name, folder = '.' } = user;
  return await credentialsOfPlugin(exec, {
    ...{ user: name, cluster, authority, folder, signal },
    timeoutMs: pluginTimeoutMs,
  });
}

/** Who has several of them is asked for by the one that counts for kubectl. */
async function authorizationOf(user: UserEntry, ofPlugin: string | null): Promise<string | null> {
  if (isText(user.username)) {
    const pair = Buffer.from(`${user.username}:${user.password ?? ''}`).toString('base64');
    return `Basic ${pair}`;
  }
  const token =
    (await fileToken(user)) ?? textOf(user.token) ?? textOf(ofPlugin) ?? providedToken(user);
  return token === null ? null : `Bearer ${token.trim()}`;
}

/** As the `auth-provider` entry of a kubeconfig has it. */
interface AuthProvider {
  name?: string;
  config?: Readonly<Record<string, unknown>> | null;
}

/** @throws InputError for providers that would have to be asked. */
function providedToken({ name, authProvider, certData, certFile }: UserEntry): string | null {
  const provider = authProvider as AuthProvider | null | undefined;
  if (provider === null || provider === undefined) return null;
  const token = textOf(provider.config?.['id-token']);
  if (token !== null || isText(certData) || isText(certFile)) return token;
  throw new InputError(
    `the user "${name}" logs in by the auth-provider ${provider.name ?? 'without a name'}, which is not understood, as by kubectl since 1.26: use its exec plugin (kubelogin, gke-gcloud-auth-plugin)`,
    FLAG,
  );
}

/** Read each time: such tokens are renewed in their files. */
async function fileToken({ tokenFile, name }: UserEntry): Promise<string | null> {
  if (!isText(tokenFile)) return null;
  return await readFile(tokenFile, 'utf8').catch((error: unknown) => {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new InputError(`the token of ${name} cannot be read (${code})`, { file: tokenFile });
  });
}

function impersonation({
  impersonateUser,
  impersonateGroups = [],
  impersonateUid,
}: UserEntry): Credentials['headers'] {
  return {
    ...(isText(impersonateUser) ? { 'Impersonate-User': impersonateUser } : {}),
    ...(isText(impersonateUid) ? { 'Impersonate-Uid': impersonateUid } : {}),
    ...(impersonateGroups.length === 0 ? {} : { 'Impersonate-Group': [...impersonateGroups] }),
  };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function textOf(value: unknown): string | null {
  return isText(value) ? value : null;
}

function bufferOf(given: string | null | undefined): Buffer | null {
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
