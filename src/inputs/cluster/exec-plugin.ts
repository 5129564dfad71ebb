import { execFile } from 'node:child_process';
import path from 'node:path';
import { InputError } from '../../input-error.js';
import { interrupted } from '../read-text.js';
import type { ClusterEntry } from './kubeconfig-entries.js';

/** A plugin that logs in, as the `exec` entry of a kubeconfig has it. */
export interface ExecEntry {
  readonly apiVersion?: string;
  readonly command?: string;
  readonly args?: readonly string[] | null;
  readonly env?: readonly { name: string; value: string }[] | null;
  readonly installHint?: string;
  readonly interactiveMode?: string;
  readonly provideClusterInfo?: boolean;
}

/** What a plugin gives. */
export interface PluginCredentials {
  token: string | null;
  /** PEM, as the key. */
  cert: string | null;
  key: string | null;
}

/** What a plugin is run with. */
export interface PluginRun {
  /** Of the user that it logs in, as the kubeconfig calls it. */
  user: string;
  cluster: ClusterEntry;
  /** Certificates of the cluster's authority, PEM; null: it has none of its own. */
  authority: Buffer | null;
  /** Commands with a slash go from it. */
  folder: string;
  timeoutMs: number;
  /** Gives up when it aborts. */
  signal: AbortSignal | undefined;
}

const FLAG = { path: '--kube' };
const MOST_OUTPUT_BYTES = 1024 * 1024;

/**
 * Runs a plugin, which can ask nothing: its standard input is at its end.
 *
 * @throws InputError when it is not there, fails, takes too long, or prints no credentials. What it prints on standard
 *   output is never repeated.
 * Source: https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
 */
export async function credentialsOfPlugin(
  exec: ExecEntry,
  run: PluginRun,
): Promise<PluginCredentials> {
  const { command = '' } = exec;
  if (command === '') {
    throw new InputError(
      `the user "${run.user}" logs in by a plugin that the kubeconfig does not name: set its command`,
      FLAG,
    );
  }
  if (exec.interactiveMode === 'Always') {
    throw new InputError(
      `the plugin ${command} of the user "${run.user}" asks whoever logs in (interactiveMode: Always), and nobody can answer here: choose a context that logs in without questions`,
      FLAG,
    );
  }
  const output = await outputOf(exec, command, run);
  const given = credentialsIn(output);
  if (typeof given === 'string') throw noCredentials(command, run.user, given);
  return given;
}

async function outputOf(exec: ExecEntry, command: string, run: PluginRun): Promise<string> {
  const { folder, timeoutMs, signal } = run;
  const own = (exec.env ?? []).map(({ name, value }) => [name, value] as const);
  const env = {
    ...process.env,
    ...Object.fromEntries(own),
    KUBERNETES_EXEC_INFO: JSON.stringify(execInfo(exec, run)),
  };
  const file = command.includes(path.sep) ? path.resolve(folder, command) : command;
  return await new Promise((resolve, reject) => {
    const child = execFile(
      file,
      [...(exec.args ?? [])],
      {
        ...{ env, encoding: 'utf8', maxBuffer: MOST_OUTPUT_BYTES, signal, timeout: timeoutMs },
        // One that hangs may not hear another, and would be waited for without an end.
        killSignal: 'SIGKILL',
      },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else
          reject(signal?.aborted === true ? interrupted(FLAG) : failure(error, stderr, exec, run));
      },
    );
    // One that is not there breaks the pipe; that it is not there is told above.
    child.stdin?.on('error', () => undefined).end();
  });
}

/** An authority that stands in a file is told by what that holds. Source: k8s.io/client-go/rest, ConfigToExecCluster. */
function execInfo(exec: ExecEntry, { cluster, authority }: PluginRun): object {
  const { server, tlsServerName, skipTLSVerify, proxyUrl } = cluster;
  return {
    apiVersion: exec.apiVersion,
    kind: 'ExecCredential',
    spec: {
      interactive: false,
      ...(exec.provideClusterInfo === true
        ? {
            cluster: {
              server,
              'tls-server-name': tlsServerName,
              'insecure-skip-tls-verify': skipTLSVerify,
              'certificate-authority-data': authority?.toString('base64'),
              'proxy-url': proxyUrl,
            },
          }
        : {}),
    },
  };
}

function failure(
  error: Error & { code?: unknown; killed?: boolean },
  stderr: string,
  { command = '', installHint }: ExecEntry,
  { user, timeoutMs }: PluginRun,
): InputError {
  if (error.code === 'ENOENT') {
    const hint = (installHint ?? '').trim().split(/\s*\n\s*/)[0] ?? '';
    return new InputError(
      `the user "${user}" logs in by the plugin ${command}, which is not installed or not in PATH${hint === '' ? '' : ` (its hint: ${hint})`}: install it, or choose another context`,
      FLAG,
    );
  }
  if (error.code === 'EACCES') {
    return new InputError(
      `the user "${user}" logs in by the plugin ${command}, which may not be run: make it executable`,
      FLAG,
    );
  }
  if (error.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') {
    return noCredentials(command, user, 'it prints without an end');
  }
  if (error.killed === true) {
    return noCredentials(command, user, `it gave nothing within ${timeoutMs / 1000} s`);
  }
  return noCredentials(command, user, lastLine(stderr));
}

/** What it prints as JSON are credentials; what it says on standard error is for people. */
function noCredentials(command: string, user: string, why: string): InputError {
  return new InputError(
    `the plugin ${command} gives the user "${user}" no credentials (${why}): log in with it, then try again`,
    FLAG,
  );
}

function lastLine(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.findLast((line) => line !== '')?.slice(0, 300) ?? 'it ended without a word';
}

/** @returns Why there are none, where there are none. */
function credentialsIn(output: string): PluginCredentials | string {
  let content: unknown;
  try {
    content = JSON.parse(output);
  } catch {
    return 'it prints no JSON';
  }
  const { status } = (content ?? {}) as { status?: unknown };
  const { token, clientCertificateData, clientKeyData } = (status ?? {}) as Record<string, unknown>;
  const given = {
    token: textOf(token),
    cert: textOf(clientCertificateData),
    key: textOf(clientKeyData),
  };
  if ((given.cert === null) !== (given.key === null)) return 'it prints half of a certificate';
  return given.token === null && given.cert === null
    ? 'it prints neither a token nor a certificate'
    : given;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
