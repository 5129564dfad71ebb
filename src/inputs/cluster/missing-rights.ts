import { placeOf, type Finding } from '../../finding.js';
import { InputError } from '../../input-error.js';
import { SAID_BY } from './needs.js';
import type { ServedKind } from './served-kinds.js';

/** A kind that the caller may not read. */
export interface MissingRight {
  kind: ServedKind;
  /** null: in all namespaces, or the kind stands in none. */
  namespace: string | null;
  user: string | null;
}

/**
 * Why a cluster cannot be read: what roles lack, all of it at once.
 *
 * @param missing At least one.
 */
export function missingRightsError(missing: readonly MissingRight[]): InputError {
  return new InputError(
    `${whoOf(missing)} may not read what says where requests go: ${rulesOf(missing)}`,
    { path: '--kube' },
  );
}

/** Kinds that say where the pods of a gateway are. */
const OF_REPLICAS: ReadonlySet<string> = new Set(['Service', 'EndpointSlice', 'Pod']);

/**
 * Why the replicas of a gateway cannot be found: what roles lack for that.
 *
 * @returns null where they lack nothing of it.
 */
export function replicasNotReadable(missing: readonly MissingRight[]): InputError | null {
  const own = missing.filter(({ kind }) => OF_REPLICAS.has(kind.kind));
  return own.length === 0
    ? null
    : new InputError(
        `${whoOf(own)} may not read where the pods of the gateway are: ${rulesOf(own)}`,
        { path: '--each-replica' },
      );
}

const BLIND = 'which routes and policies there are';

/** What cannot be said because of what roles lack; one finding for all of it. */
export function missingRightsFinding(missing: readonly MissingRight[]): Finding {
  const blind = new Set(
    missing
      .filter(({ kind }) => SAID_BY[kind.kind] === undefined)
      .map(({ namespace }) => namespace),
  );
  const unsaid = new Set(
    missing.map(({ kind, namespace }) => {
      const where = namespace === null ? '' : ` in ${namespace}`;
      return `${blind.has(namespace) ? BLIND : (SAID_BY[kind.kind] ?? BLIND)}${where}`;
    }),
  );
  return {
    code: 'cluster-not-readable',
    // Routes and policies elsewhere may change where requests go.
    severity: blind.size > 0 ? 'warning' : 'info',
    about: 'manifest',
    call: null,
    place: placeOf({ path: '--kube' }),
    summary: `${whoOf(missing)} may not read all of the cluster, so that it cannot be said ${joined([...unsaid])}`,
    evidence: '',
    advice: `If that matters: ${rulesOf(missing)}.`,
  };
}

function whoOf(missing: readonly MissingRight[]): string {
  const user = missing.find((each) => each.user !== null)?.user;
  return user === undefined || user === null ? 'the caller' : `the user "${user}"`;
}

/** The rules that are missing, as roles have them, by where they are missing. */
function rulesOf(missing: readonly MissingRight[]): string {
  const byPlace = new Map<string, MissingRight[]>();
  for (const right of missing) {
    const place =
      right.namespace === null
        ? 'add to a ClusterRole of it'
        : `add to a Role of it in the namespace ${right.namespace}`;
    byPlace.set(place, [...(byPlace.get(place) ?? []), right]);
  }
  return [...byPlace].map(([place, rights]) => `${place} ${joined(ruleTexts(rights))}`).join('; ');
}

function ruleTexts(rights: readonly MissingRight[]): string[] {
  const byGroup = new Map<string, Set<string>>();
  for (const { kind } of rights) {
    byGroup.set(kind.group, (byGroup.get(kind.group) ?? new Set()).add(kind.resource));
  }
  return [...byGroup].map(
    ([group, resources]) =>
      `{apiGroups: ["${group}"], resources: [${[...resources].map((name) => `"${name}"`).join(', ')}], verbs: ["get", "list"]}`,
  );
}

function joined(texts: readonly string[]): string {
  return texts.length < 2
    ? texts.join('')
    : `${texts.slice(0, -1).join(', ')} and ${texts.at(-1) ?? ''}`;
}
