import { InputError } from '../../input-error.js';
import type { ApiAnswer, ApiClient } from './api-client.js';
import type { ClusterObject } from './cluster-object.js';
import { pathOfVersion, type ServedKind } from './served-kinds.js';
import { withoutPrivate } from './without-private.js';

/** What was asked for: the objects, or nothing because the caller may not see them. */
export type Listed =
  | { kind: 'objects'; objects: ClusterObject[] }
  /** @property user Whom the server takes the caller for; null where it does not say. */
  | { kind: 'forbidden'; user: string | null };

const PAGE = 500;
/** Of a server with next to nothing on each page: how many objects there are is bounded for all lists together. */
const MOST_PAGES = 1000;

/**
 * Lists all objects of a kind, page by page, without what nobody is to see.
 *
 * @param namespace null: of all namespaces, or of a kind that stands in none.
 * @throws InputError when the server answers otherwise than with a list or a refusal, or more than may be read.
 */
export async function listObjects(
  api: ApiClient,
  kind: ServedKind,
  namespace: string | null,
): Promise<Listed> {
  const base = pathOf(kind, namespace);
  let objects: ClusterObject[] = [];
  let from = '';
  let hasBegunAgain = false;
  for (let page = 0; page < MOST_PAGES; page++) {
    const answer = await api.get(`${base}?limit=${PAGE}${from}`);
    if (answer.status === 410 && !hasBegunAgain) {
      // What the pages were cut from is gone; the server says: begin again.
      hasBegunAgain = true;
      objects = [];
      from = '';
      continue;
    }
    if (answer.status === 403) return forbidden(answer);
    if (answer.status === 404) return { kind: 'objects', objects: [] };
    if (answer.status !== 200) throw oddAnswer(base, answer);
    const items = itemsOf(base, answer, kind);
    api.budget.addObjects(items.length);
    objects.push(...items);
    const { continue: next } = (answer.body.metadata ?? {}) as { continue?: unknown };
    if (typeof next !== 'string' || next === '') return { kind: 'objects', objects };
    from = `&continue=${encodeURIComponent(next)}`;
  }
  throw new InputError(`the API server does not come to an end with ${base}`, { path: '--kube' });
}

/**
 * One object by its name.
 *
 * @throws InputError when the server answers otherwise than with it, that it is not there, or a refusal.
 */
export async function getObject(api: ApiClient, kind: ServedKind, name: string): Promise<Listed> {
  const path = `${pathOf(kind, null)}/${encodeURIComponent(name)}`;
  const answer = await api.get(path);
  if (answer.status === 403) return forbidden(answer);
  if (answer.status === 404) return { kind: 'objects', objects: [] };
  if (answer.status !== 200) throw oddAnswer(path, answer);
  return { kind: 'objects', objects: [objectOf(answer.body, kind)] };
}

function pathOf({ apiVersion, resource }: ServedKind, namespace: string | null): string {
  const within = namespace === null ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${pathOfVersion(apiVersion)}${within}/${resource}`;
}

/** @throws InputError when it is no list. */
function itemsOf(path: string, answer: ApiAnswer, kind: ServedKind): ClusterObject[] {
  const { items } = answer.body;
  // What has none at all may say so.
  if (items === null) return [];
  if (!Array.isArray(items)) throw oddAnswer(path, answer);
  return items.filter(isObject).map((item) => objectOf(item, kind));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** The items of a list do not say what they are. */
function objectOf(
  item: Readonly<Record<string, unknown>>,
  { apiVersion, kind }: ServedKind,
): ClusterObject {
  const { metadata } = item;
  return withoutPrivate({
    ...item,
    apiVersion,
    kind,
    metadata: isObject(metadata) ? metadata : {},
  });
}

function forbidden({ body }: ApiAnswer): Listed {
  const [, user = null] = /User "([^"]*)" cannot/.exec(String(body.message)) ?? [];
  return { kind: 'forbidden', user };
}

function oddAnswer(path: string, { status, body }: ApiAnswer): InputError {
  const said = typeof body.message === 'string' ? `: ${body.message.slice(0, 300)}` : '';
  const what = status === 200 ? 'something else than a list' : `status ${status}`;
  return new InputError(`the API server answers ${path} with ${what}${said}`, {
    path: '--kube',
  });
}
