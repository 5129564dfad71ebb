import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { InputError } from '../../src/input-error.js';
import { classifyKind } from '../../src/routing/manifest/kinds.js';
import { parseManifests } from '../../src/routing/parse-manifests.js';
import { ROOT } from '../fixtures/command.js';
import { startCluster, type Cluster, type ClusterObject } from './fixtures/cluster.js';
import { objectsOf } from './fixtures/manifest-files.js';

const EVERY_KIND = objectsOf(
  readFileSync(path.join(ROOT, 'test/data/cluster/one-of-every-kind.yaml'), 'utf8'),
);
/** Every version that a kind that is read may have; a server has some of them. */
const VERSIONS = ['v1', 'v1beta1', 'v1alpha3', 'v1alpha2', 'v1alpha1'];
const RUNS_PER_KIND = 60;

/** A field that is put where it may or may not belong. */
interface Change {
  /** Which of the object's mappings gets it. */
  mapping: number;
  /** Which of the mapping's own fields is written otherwise; null when the field is a new one. */
  misspelt: number | null;
  name: string;
  value: unknown;
}

/** Names that stand in some kind, and names that stand in none. */
const NAMES = [...new Set(['color', 'x', ...EVERY_KIND.flatMap(fieldNames)])]
  .filter((name) => /^[a-zA-Z]\w*$/.test(name))
  .sort();

const CHANGE: fc.Arbitrary<Change> = fc.record({
  mapping: fc.nat(999),
  misspelt: fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, fc.nat(99)),
  name: fc.constantFrom(...NAMES),
  value: fc.oneof(
    // A known field of the wrong type would be another mistake; null fits every type.
    { weight: 6, arbitrary: fc.constant(null) },
    fc.constantFrom<unknown>('a', 1, {}, []),
  ),
});

function fieldNames(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const below = Object.values(value).flatMap(fieldNames);
  return Array.isArray(value) ? below : [...Object.keys(value), ...below];
}

function mappingsOf(value: unknown): Record<string, unknown>[] {
  if (typeof value !== 'object' || value === null) return [];
  const below = Object.values(value).flatMap(mappingsOf);
  return Array.isArray(value) ? below : [value as Record<string, unknown>, ...below];
}

function changed(base: ClusterObject, changes: readonly Change[]): ClusterObject {
  const object = structuredClone(base);
  for (const { mapping, misspelt, name, value } of changes) {
    const mappings = mappingsOf(object);
    const target = mappings[mapping % mappings.length]!;
    const own = Object.keys(target).filter(
      (key) => key.length > 1 && (target !== object || key === 'spec'),
    );
    const from = misspelt === null ? undefined : own[misspelt % own.length];
    if (from === undefined) target[name] ??= structuredClone(value);
    else {
      target[from.slice(0, -1)] = target[from];
      Reflect.deleteProperty(target, from);
    }
  }
  return object;
}

/** What is said of an object: fields that are not known, by path; or that it is refused for another reason. */
type Said = { unknown: string[] } | { refused: string };

async function saidByServer(cluster: Cluster, object: ClusterObject): Promise<Said> {
  const { status, body, text } = await cluster.create(object, { dryRun: true });
  const { message = '' } = body as { message?: string };
  if (status >= 400 && !message.includes('strict decoding error: ')) return { refused: text };
  const fields = message.matchAll(/unknown field "([^"]+)"/g);
  return { unknown: [...fields].map(([, field = '']) => field).sort() };
}

function saidByProduct(object: ClusterObject): Said {
  try {
    const { findings } = parseManifests(JSON.stringify(object), 'generated.json');
    return {
      unknown: findings
        .filter(({ code }) => code === 'unknown-field')
        .map(({ place }) => place?.path ?? '')
        .sort(),
    };
  } catch (error) {
    if (error instanceof InputError) return { refused: error.message };
    throw error;
  }
}

describe('fields that a real API server does not know, and those that the product names', () => {
  let cluster: Cluster;
  before(async () => {
    cluster = await startCluster();
  });
  after(() => cluster.stop());

  async function versionsOf({ apiVersion, kind }: ClusterObject): Promise<string[]> {
    const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/') + 1) : '';
    const all = VERSIONS.map((version) => `${group}${version}`);
    const served = await Promise.all(all.map((version) => cluster.kind(version, kind)));
    return all.filter((_, index) => served[index] !== null);
  }

  // Of kinds that are not read, the product says nothing.
  const read = EVERY_KIND.filter(
    ({ apiVersion, kind }) => classifyKind(apiVersion, kind).outcome === 'read',
  );
  for (const base of read) {
    it(`are the same: ${base.kind} of ${base.apiVersion}`, async () => {
      const versions = await versionsOf(base);
      let found = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...versions),
          fc.array(CHANGE, { minLength: 1, maxLength: 4 }),
          async (apiVersion, changes) => {
            const object = changed({ ...base, apiVersion }, changes);
            const product = saidByProduct(object);
            // A field that is required and misspelt: the product names what is missing.
            fc.pre('unknown' in product || product.refused.includes('the API server refuses it'));
            const server = await saidByServer(cluster, object);
            if ('refused' in product) {
              const isRefused = 'refused' in server || server.unknown.length > 0;
              assert.ok(isRefused, `${product.refused}: ${JSON.stringify(object)}`);
              return;
            }
            // Nothing is said of fields where a value cannot be read at all.
            fc.pre('unknown' in server);
            assert.deepEqual(product.unknown, server.unknown, JSON.stringify(object));
            found += server.unknown.length;
          },
        ),
        { seed: 13, numRuns: RUNS_PER_KIND },
      );
      assert.ok(found > RUNS_PER_KIND / 4, `${found} unknown fields were compared`);
    });
  }
});
