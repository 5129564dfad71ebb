import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import { requireResource } from './envoy-api.js';
import { nameOf, TYPE_URLS, XDS_KINDS, type XdsKind, type XdsResources } from './resources.js';

/** One resource as it is sent. */
export interface Offered {
  /** With its `@type`. */
  json: JsonObject;
  /** Equal where two are. */
  text: string;
}

/** What is told of each kind, by name. */
export type OfferedByKind = Readonly<Record<XdsKind, ReadonlyMap<string, Offered>>>;

/** Everything that is told at one time. */
export interface Snapshot {
  /** Counts up from 1. */
  version: number;
  offered: OfferedByKind;
  /** Names of the clusters that its routes lead to, whether they are there or not. */
  ledTo: ReadonlySet<string>;
}

/** @throws RangeError for what Envoy's API has no place for, and for two of one name. */
export function snapshotOf(version: number, resources: XdsResources): Snapshot {
  const offered = {
    lds: new Map<string, Offered>(),
    rds: new Map<string, Offered>(),
    cds: new Map<string, Offered>(),
    eds: new Map<string, Offered>(),
  };
  const ledTo = new Set<string>();
  for (const kind of XDS_KINDS) {
    for (const resource of resources[kind]) {
      const name = nameOf(kind, resource);
      if (offered[kind].has(name)) throw new RangeError(`there are two of ${kind} named ${name}`);
      requireResource(TYPE_URLS[kind], resource);
      const json = { '@type': TYPE_URLS[kind], ...resource };
      offered[kind].set(name, { json, text: JSON.stringify(resource) });
      if (kind === 'rds' || kind === 'lds') findClusters(resource, ledTo);
    }
  }
  return { version, offered, ledTo };
}

/** Adds the clusters that a route names, wherever it does. */
function findClusters(value: JsonValue, found: Set<string>): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const one of value) findClusters(one, found);
    return;
  }
  for (const [key, one] of Object.entries(value)) {
    if (key === 'cluster' && typeof one === 'string') found.add(one);
    else if (/^weighted_?clusters$/i.test(key)) findNames(one, found);
    findClusters(one, found);
  }
}

function findNames(weightedClusters: JsonValue, found: Set<string>): void {
  const { clusters } = weightedClusters as { clusters?: { name?: unknown }[] };
  for (const { name } of clusters ?? []) if (typeof name === 'string') found.add(name);
}
