import { InputError } from '../../input-error.js';
import type { ApiAnswer, ApiClient } from './api-client.js';
import { pathOfVersion, type ServedKind } from './served-kinds.js';

/** An object as the API server has it. */
export interface ClusterObject {
  apiVersion: string;
  kind: string;
  metadata: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

/** What was asked for: the objects, or nothing because the caller may not see them. */
export type Listed =
  | { kind: 'objects'; objects: ClusterObject[] }
  /** @property user Whom the server takes the caller for; null where it does not say. */
  | { kind: 'forbidden'; user: string | null };

const PAGE = 500;
/** More would be no cluster, or a server that never ends. */
const MOST_PAGES = 1000;

/**
 * Lists all objects of a kind, page by page.
 *
 * @param namespace null: of all namespaces, or of a kind that stands in none.
 * @throws InputError when the server answers otherwise than with a list or a refusal.
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
    objects.push(...itemsOf(answer, kind));
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
  return { kind: 'objects', objects: itemsOf({ ...answer, body: { items: [answer.body] } }, kind) };
}

function pathOf({ apiVersion, resource }: ServedKind, namespace: string | null): string {
  const within = namespace === null ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${pathOfVersion(apiVersion)}${within}/${resource}`;
}

/** The items of a list do not say what they are. */
function itemsOf({ body }: ApiAnswer, { apiVersion, kind }: ServedKind): ClusterObject[] {
  const items = Array.isArray(body.items) ? (body.items as unknown[]) : [];
  return items.flatMap((item) => {
    if (typeof item !== 'object' || item === null) return [];
    const { metadata } = item as { metadata?: unknown };
    const isObject = typeof metadata === 'object' && metadata !== null;
    return [
      {
        ...item,
        apiVersion,
        kind,
        metadata: isObject ? (metadata as ClusterObject['metadata']) : {},
      },
    ];
  });
}

function forbidden({ body }: ApiAnswer): Listed {
  const [, user = null] = /User "([^"]*)" cannot/.exec(String(body.message)) ?? [];
  return { kind: 'forbidden', user };
}

function oddAnswer(path: string, { status, body }: ApiAnswer): InputError {
  const said = typeof body.message === 'string' ? `: ${body.message.slice(0, 300)}` : '';
  return new InputError(`the API server answers ${path} with status ${status}${said}`, {
    path: '--kube',
  });
}
