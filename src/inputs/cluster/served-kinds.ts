import { InputError } from '../../input-error.js';
import { API_VERSIONS, type ReadKind } from '../../routing/manifest/kinds.js';
import type { ApiClient } from './api-client.js';

/** A kind that routing reads and the API server has. */
export interface ServedKind {
  kind: ReadKind;
  /** Empty for the core group. */
  group: string;
  apiVersion: string;
  /** Its name in paths and roles: `virtualservices`. */
  resource: string;
  isNamespaced: boolean;
}

/**
 * Which of the kinds that routing reads an API server has, each in the newest version that both know.
 *
 * @throws InputError when that cannot be asked.
 */
export async function servedKinds(api: ApiClient): Promise<ServedKind[]> {
  const versions = [...new Set(Object.values(API_VERSIONS).flat())];
  const lists = await Promise.all(
    versions.map(async (version) => [version, await resourcesOf(api, version)] as const),
  );
  const byVersion = new Map(lists);
  const served = new Map<string, ServedKind>();
  for (const [kind, known] of Object.entries(API_VERSIONS) as [ReadKind, readonly string[]][]) {
    for (const apiVersion of known) {
      const found = byVersion.get(apiVersion)?.find((resource) => resource.kind === kind);
      const group = groupOf(apiVersion);
      // The newest comes first.
      if (found === undefined || served.has(`${group} ${kind}`)) continue;
      served.set(`${group} ${kind}`, {
        kind,
        group,
        apiVersion,
        resource: found.name,
        isNamespaced: found.namespaced,
      });
    }
  }
  if (served.size === 0) {
    throw new InputError(
      'the server has none of the kinds that are read, not even Services: is it an API server?',
      { path: '--kube' },
    );
  }
  return [...served.values()];
}

/** Where an API version is: `/api/v1`, `/apis/apps/v1`. */
export function pathOfVersion(apiVersion: string): string {
  return `${apiVersion.includes('/') ? '/apis' : '/api'}/${apiVersion}`;
}

function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
}

interface ApiResource {
  kind: string;
  name: string;
  namespaced: boolean;
}

/** Resources of an API version, without what is below them; none where the server has not that version. */
async function resourcesOf(api: ApiClient, apiVersion: string): Promise<ApiResource[]> {
  const path = pathOfVersion(apiVersion);
  const { status, body } = await api.get(path);
  if (status === 404) return [];
  if (status !== 200) {
    const advice =
      status === 403
        ? 'the caller needs the ClusterRole system:discovery, which everyone who has logged in usually has'
        : 'is this an API server?';
    throw new InputError(`the API server answers ${path} with status ${status}: ${advice}`, {
      path: '--kube',
    });
  }
  const resources = Array.isArray(body.resources) ? (body.resources as Partial<ApiResource>[]) : [];
  return resources.flatMap(({ kind, name, namespaced }) =>
    typeof kind === 'string' && typeof name === 'string' && !name.includes('/')
      ? [{ kind, name, namespaced: namespaced === true }]
      : [],
  );
}
