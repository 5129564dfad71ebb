import type { Finding } from '../../finding.js';
import { InputError } from '../../input-error.js';
import { counted } from '../../number-text.js';
import { type AskedCluster, MOST_OBJECTS } from '../../record/cluster.js';
import { type ManifestSet, USUAL_ROOT_NAMESPACE } from '../../routing/manifest-set.js';
import { parseObjects } from '../../routing/parse-manifests.js';
import type { ClusterSource } from '../../scenario/cluster-source.js';
import { type ApiClient, openApi } from './api-client.js';
import { digestOf } from './cluster-digest.js';
import { clusterAccess } from './kubeconfig.js';
import type { ClusterObject } from './cluster-object.js';
import { getObject, type Listed, listObjects } from './list-objects.js';
import { type MissingRight, missingRightsError, missingRightsFinding } from './missing-rights.js';
import { namedNamespaces } from './named-namespaces.js';
import { SAID_BY } from './needs.js';
import { ReadBudget, type ReadLimits, readLimits } from './read-budget.js';
import { type ServedKind, servedKinds } from './served-kinds.js';
import { type PodImages, podImages } from './pod-images.js';

/** What a cluster has that says where requests go and who answers them. */
export interface ReadCluster {
  manifests: ManifestSet;
  asked: AskedCluster;
  /** Where reading began: that of the client, as with kubectl. */
  namespace: string;
  /** What each pod runs. */
  images: PodImages;
  /** What was read, in one sentence. */
  note: string;
  /** What may not be read: nothing that says where requests go from the namespace where reading began. */
  missing: readonly MissingRight[];
}

/** How far names lead: a route to a Gateway, that Gateway's namespace, and what is there. */
const MOST_ROUNDS = 3;
const MOST_NAMESPACES = 20;
const DEFAULT_NAMESPACE = 'default';
/** How to read less. */
const LESS_THAN_ALL =
  'read one namespace and those that its routes name, by -N NAMESPACE instead of -A';
const LESS = 'begin with another namespace by -N, or give the manifests that matter with -f';

/**
 * Reads a cluster: the kinds that there are of those that routing reads, in one namespace, Istio's root namespace and
 * those that routes name, or in all. Nothing is changed there, and no Secret is read.
 *
 * @param signal Gives up when it aborts.
 * @param limits How much is read, at most.
 * @throws InputError when it cannot be asked, has more than may be read, or the caller may not read what says where
 *   requests go.
 */
export async function readCluster(
  { context, namespace, isOfAll, rootNamespace = USUAL_ROOT_NAMESPACE }: ClusterSource,
  signal?: AbortSignal,
  limits: ReadLimits = readLimits(),
): Promise<ReadCluster> {
  const access = await clusterAccess(context, signal);
  const own = namespace ?? access.namespace ?? DEFAULT_NAMESPACE;
  const budget = new ReadBudget(limits, isOfAll ? LESS_THAN_ALL : LESS);
  const api = await openApi(access, budget, signal);
  try {
    const kinds = await servedKinds(api);
    const read = isOfAll
      ? await readAll(api, kinds)
      : await readFrom(api, kinds, { own, root: rootNamespace });
    const { objects } = read;
    const manifests = parseObjects(objects.map(placed));
    const { missing } = read;
    return {
      manifests: { ...manifests, findings: [...findingsOf(missing), ...manifests.findings] },
      asked: {
        context: access.context,
        server: access.cluster.server,
        namespaces: isOfAll ? null : read.namespaces,
        digest: digestOf(objects),
        objectCount: objects.length,
        objects: objects.slice(0, MOST_OBJECTS).map(nameOf),
        images: [],
        otherStates: [],
      },
      namespace: own,
      images: podImages(objects),
      note: noteOf(access.context, isOfAll ? null : read.namespaces, objects.length),
      missing,
    };
  } finally {
    await api.close();
  }
}

interface Read {
  objects: ClusterObject[];
  namespaces: string[];
  missing: MissingRight[];
}

async function readAll(api: ApiClient, kinds: readonly ServedKind[]): Promise<Read> {
  const round = await readRound(
    api,
    kinds.map((kind) => ({ kind, namespace: null })),
  );
  requireNeeded(round.missing);
  return { objects: round.objects, namespaces: [], missing: round.missing };
}

/** @param own Where reading begins. @param root Istio's. */
async function readFrom(
  api: ApiClient,
  kinds: readonly ServedKind[],
  { own, root }: { own: string; root: string },
): Promise<Read> {
  const namespaced = kinds.filter(({ isNamespaced }) => isNamespaced);
  const others = kinds.filter(({ isNamespaced, kind }) => !isNamespaced && kind !== 'Namespace');
  const namespaceKind = kinds.find(({ kind }) => kind === 'Namespace');
  const within = (namespace: string): Wanted[] => [
    ...(namespaceKind === undefined ? [] : [{ kind: namespaceKind, namespace }]),
    ...namespaced.map((kind) => ({ kind, namespace })),
  ];
  const isIstio = kinds.some(({ group }) => group === 'networking.istio.io');
  const first = await readRound(api, [
    ...within(own),
    ...others.map((kind) => ({ kind, namespace: null })),
  ]);
  requireNeeded(first.missing);
  const objects = first.objects;
  const missing = first.missing;
  const done = new Set([own]);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const named = [...(isIstio ? [root] : []), ...namedNamespaces(objects)];
    const next = [...new Set(named)].filter((each) => !done.has(each));
    if (next.length === 0) break;
    if (done.size + next.length > MOST_NAMESPACES) {
      throw new InputError(
        `the routes of ${own} name more than ${MOST_NAMESPACES} namespaces: read all with --all-namespaces`,
        { path: '--kube' },
      );
    }
    const more = await readRound(api, next.flatMap(within));
    objects.push(...more.objects);
    missing.push(...more.missing);
    for (const each of next) done.add(each);
  }
  return { objects: inOrder(objects, kinds), namespaces: [...done], missing };
}

/** Objects of a kind that are to be read. */
interface Wanted {
  kind: ServedKind;
  /** null: all of them. */
  namespace: string | null;
}

async function readRound(
  api: ApiClient,
  wanted: readonly Wanted[],
): Promise<{ objects: ClusterObject[]; missing: MissingRight[] }> {
  const answers = await Promise.all(wanted.map((one) => answerTo(api, one)));
  const objects: ClusterObject[] = [];
  const missing: MissingRight[] = [];
  for (const [index, { kind, namespace }] of wanted.entries()) {
    const answer = answers[index];
    if (answer === undefined) continue;
    if (answer.kind === 'objects') objects.push(...answer.objects);
    else missing.push({ kind, namespace, user: answer.user });
  }
  return { objects, missing };
}

/** A Namespace is read by its name: its own Role may allow that, and no list of all. */
async function answerTo(api: ApiClient, { kind, namespace }: Wanted): Promise<Listed> {
  return kind.kind === 'Namespace' && namespace !== null
    ? await getObject(api, kind, namespace)
    : await listObjects(api, kind, namespace);
}

function requireNeeded(missing: readonly MissingRight[]): void {
  const isNeeded = ({ kind }: MissingRight): boolean => SAID_BY[kind.kind] === undefined;
  // All that is missing is told at once, so that a role is changed once.
  if (missing.some(isNeeded)) throw missingRightsError(missing);
}

function findingsOf(missing: readonly MissingRight[]): Finding[] {
  return missing.length === 0 ? [] : [missingRightsFinding(missing)];
}

/** Kinds in the order of the table: those that say where requests go come first. */
function inOrder(objects: readonly ClusterObject[], kinds: readonly ServedKind[]): ClusterObject[] {
  return kinds.flatMap(({ apiVersion, kind }) =>
    objects.filter((object) => object.apiVersion === apiVersion && object.kind === kind),
  );
}

function placed(object: ClusterObject): { value: object; place: string } {
  const { kind, namespace, name } = nameOf(object);
  return { value: object, place: `${kind} ${namespace === null ? name : `${namespace}/${name}`}` };
}

function nameOf({ apiVersion, kind, metadata }: ClusterObject): AskedCluster['objects'][number] {
  const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
  return {
    apiVersion,
    kind,
    namespace: text(metadata.namespace),
    name: text(metadata.name) ?? '',
    resourceVersion: text(metadata.resourceVersion),
  };
}

function noteOf(
  context: string | null,
  namespaces: readonly string[] | null,
  objects: number,
): string {
  const from = context === null ? 'the cluster of this pod' : `the cluster of context ${context}`;
  const where =
    namespaces === null
      ? 'in all namespaces'
      : `in the namespace${namespaces.length === 1 ? '' : 's'} ${namespaces.join(', ')}`;
  return `${counted(objects, 'object')} read from ${from}, ${where}`;
}
