import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { newClusters, newContexts, newUsers } from '@kubernetes/client-node/dist/config_types.js';
import { parse } from 'yaml';
import { InputError } from '../../input-error.js';
import { nearestName } from '../../nearest-name.js';
import { readText } from '../read-text.js';
import type { ClusterEntry, ContextEntry, UserEntry } from './kubeconfig-entries.js';

const MAX_BYTES = 16 * 1024 * 1024;
const FLAG = '--kube';

/** Where Kubernetes puts what a pod needs to ask its API server. */
const ACCOUNT_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';

/** What of the machine says where the API server is. */
export interface Surroundings {
  env: NodeJS.ProcessEnv;
  home: string;
  accountFolder: string;
}

const THIS_MACHINE: Surroundings = {
  env: process.env,
  home: homedir(),
  accountFolder: ACCOUNT_FOLDER,
};

/** An API server, and who asks it. */
export interface ClusterAccess {
  /** Name of the context; null in a pod that asks as its service account. */
  context: string | null;
  /** Of the context; null where it names none. */
  namespace: string | null;
  cluster: ClusterEntry;
  user: UserEntry;
}

/** Everything that kubeconfig files say. */
interface Kubeconfig {
  clusters: ClusterEntry[];
  contexts: ContextEntry[];
  users: UserEntry[];
  currentContext: string | null;
}

/**
 * Finds the API server as kubectl does: by the files of KUBECONFIG, by ~/.kube/config, or by the service account of
 * the pod that this runs in.
 *
 * @param wanted Name of a context; null: the current one.
 * @throws InputError when there is none, a file cannot be read, or the context is not there.
 * Source: https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/
 */
export async function clusterAccess(
  wanted: string | null,
  signal?: AbortSignal,
  surroundings: Surroundings = THIS_MACHINE,
): Promise<ClusterAccess> {
  const files = kubeconfigFiles(surroundings);
  if (files.length === 0) return await accessFromPod(wanted, signal, surroundings);
  const config = joined(await Promise.all(files.map((file) => readKubeconfig(file, signal))));
  const names = config.contexts.map(({ name }) => name);
  const name = wanted ?? config.currentContext;
  if (names.length === 0) {
    throw new InputError(
      'the kubeconfig names no context: log in to a cluster first, or set KUBECONFIG to another file',
      { file: files.join(path.delimiter) },
    );
  }
  if (name === null || name === '') {
    throw new InputError(
      `the kubeconfig has no current context: name one of ${listed(names)}, as ${FLAG}=NAME`,
      { path: FLAG },
    );
  }
  const context = config.contexts.find((each) => each.name === name);
  if (context === undefined) throw unknownContext(name, names);
  const cluster = config.clusters.find((each) => each.name === context.cluster);
  if (cluster === undefined) {
    throw lacking(name, `the cluster "${context.cluster}"`);
  }
  const user = config.users.find((each) => each.name === context.user);
  if (user === undefined && Boolean(context.user)) {
    throw lacking(name, `the user "${context.user}"`);
  }
  const namespace = context.namespace ?? null;
  return { context: name, namespace, cluster, user: user ?? { name: '' } };
}

/**
 * Whether a context is called so.
 *
 * @throws InputError when a kubeconfig cannot be read.
 */
export async function isContext(name: string, signal?: AbortSignal): Promise<boolean> {
  const files = await Promise.all(
    kubeconfigFiles(THIS_MACHINE).map((file) => readKubeconfig(file, signal)),
  );
  return files.some(({ contexts }) => contexts.some((context) => context.name === name));
}

/** Those that are there: kubectl passes over the others, too. */
function kubeconfigFiles({ env, home }: Surroundings): string[] {
  const given = env.KUBECONFIG ?? '';
  const named = given.split(path.delimiter).filter((file) => file !== '');
  const files = named.length > 0 ? named : [path.join(home, '.kube', 'config')];
  const there = files.filter((file) => existsSync(file));
  if (there.length > 0 || named.length === 0) return there;
  throw new InputError('none of the files that KUBECONFIG names is there', { file: given });
}

async function readKubeconfig(file: string, signal: AbortSignal | undefined): Promise<Kubeconfig> {
  const { text } = await readText({
    from: file,
    what: 'a kubeconfig',
    maxBytes: MAX_BYTES,
    signal,
  });
  try {
    const content = (parse(text) ?? {}) as Record<string, unknown>;
    const current = content['current-context'];
    return {
      clusters: newClusters(content.clusters).map((cluster) => ({
        ...cluster,
        ...fromFolder(file, cluster, ['caFile']),
      })),
      contexts: newContexts(content.contexts),
      users: newUsers(content.users).map((user, index) => {
        const whole = { ...user, ...besideUser(content.users, index), folder: path.dirname(file) };
        return { ...whole, ...fromFolder(file, whole, ['certFile', 'keyFile', 'tokenFile']) };
      }),
      currentContext: typeof current === 'string' ? current : null,
    };
  } catch (error) {
    // The library's words may repeat what stands there, and secrets stand there.
    const [line = ''] = error instanceof Error ? error.message.split('\n') : [];
    const problem = /^(?:clusters|users|contexts)\[\d+\]\S* is missing$/.test(line)
      ? line
      : 'it is no YAML, or has other fields than a kubeconfig';
    throw new InputError(`it cannot be used as a kubeconfig: ${problem}`, { file });
  }
}

/** What the library does not know of a user. */
function besideUser(
  users: unknown,
  index: number,
): Pick<UserEntry, 'tokenFile' | 'impersonateGroups' | 'impersonateUid'> {
  const { user } = (users as { user?: Record<string, unknown> | null }[])[index] ?? {};
  const { tokenFile, 'as-groups': groups, 'as-uid': uid } = user ?? {};
  return {
    ...(typeof tokenFile === 'string' && tokenFile !== '' ? { tokenFile } : {}),
    ...(Array.isArray(groups) ? { impersonateGroups: groups.map(String) } : {}),
    ...(typeof uid === 'string' ? { impersonateUid: uid } : {}),
  };
}

/** Paths in a kubeconfig go from its own folder. */
function fromFolder<K extends string>(
  file: string,
  entry: Readonly<Partial<Record<K, string>>>,
  names: readonly K[],
): Partial<Record<K, string>> {
  const resolved: Partial<Record<K, string>> = {};
  for (const name of names) {
    const given = entry[name];
    if (typeof given === 'string') resolved[name] = path.resolve(path.dirname(file), given);
  }
  return resolved;
}

/** Of entries with one name, the first counts. */
function joined(configs: readonly Kubeconfig[]): Kubeconfig {
  return {
    clusters: configs.flatMap(({ clusters }) => clusters),
    contexts: configs.flatMap(({ contexts }) => contexts),
    users: configs.flatMap(({ users }) => users),
    currentContext:
      configs.find((each) => (each.currentContext ?? '') !== '')?.currentContext ?? null,
  };
}

/** Source: https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/ */
async function accessFromPod(
  wanted: string | null,
  signal: AbortSignal | undefined,
  { env, accountFolder: folder }: Surroundings,
): Promise<ClusterAccess> {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443' } = env;
  const tokenFile = path.join(folder, 'token');
  if (host === undefined || !existsSync(tokenFile)) {
    throw new InputError(
      'there is no kubeconfig (KUBECONFIG, ~/.kube/config), and this is no pod with the token of a service account: set KUBECONFIG',
      { path: FLAG },
    );
  }
  if (wanted !== null) {
    throw new InputError(
      `there is no kubeconfig, and so no context "${wanted}": in a pod, ${FLAG} alone asks as its service account`,
      { path: FLAG },
    );
  }
  const { text } = await readText({
    from: path.join(folder, 'namespace'),
    what: 'the namespace of the service account',
    maxBytes: 1024,
    signal,
  });
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
  return {
    context: null,
    namespace: text.trim(),
    cluster: { name: 'pod', server, caFile: path.join(folder, 'ca.crt'), skipTLSVerify: false },
    user: { name: 'the service account of this pod', tokenFile },
  };
}

function unknownContext(name: string, names: readonly string[]): InputError {
  const meant = nearestName(name, names);
  const advice = meant === null ? `there are ${listed(names)}` : `did you mean ${meant}?`;
  return new InputError(`the kubeconfig has no context "${name}": ${advice}`, { path: FLAG });
}

function lacking(context: string, what: string): InputError {
  return new InputError(
    `the context "${context}" names ${what}, which the kubeconfig has not: choose another context, or set it with kubectl config`,
    { path: FLAG },
  );
}

const MOST_NAMED = 10;

function listed(names: readonly string[]): string {
  const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : '';
  return `${names.slice(0, MOST_NAMED).join(', ')}${more}`;
}
