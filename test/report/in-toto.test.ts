import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import type { AskedCluster } from '../../src/record/cluster.js';
import { FORMATS } from '../../src/report/formats.js';
import { complaintOfInToto } from '../fixtures/python-reader.js';
import { askedRun, countedShard, recordOfRun } from '../record/shards.js';

const CLUSTER: AskedCluster = {
  context: 'prod',
  server: 'https://127.0.0.1:6443',
  namespaces: ['default'],
  digest: `sha256:${'0a'.repeat(32)}`,
  objectCount: 1,
  objects: [
    { apiVersion: 'v1', kind: 'Service', namespace: 'default', name: 'a', resourceVersion: '7' },
  ],
  images: [
    { image: 'example.com/app:v1', digest: `sha256:${'1b'.repeat(32)}`, pods: ['default/a-1'] },
    { image: 'example.com/app:dev', digest: null, pods: ['default/a-2'] },
  ],
  otherStates: [],
};
const STYLE = { width: 80, colour: false };

/** What is said of a run, and the digest of the file that its record is saved in. */
async function stated(cluster: AskedCluster | null) {
  const record = await recordOfRun(
    askedRun('r', { cluster }),
    countedShard({ v1: 1870, v2: 1219 }),
  );
  const file = await FORMATS.json.render(record, STYLE);
  const text = await FORMATS['in-toto'].render(record, STYLE);
  return {
    text,
    sha256: createHash('sha256').update(file).digest('hex'),
    statement: JSON.parse(text) as {
      _type: string;
      subject: unknown;
      predicateType: string;
      predicate: { verdict: string; record: unknown; cluster: unknown; calls: unknown[] };
    },
  };
}

describe('a run as a statement of in-toto', () => {
  it('is about the images that answered, those with digests', async () => {
    const { statement, sha256 } = await stated(CLUSTER);
    assert.equal(statement._type, 'https://in-toto.io/Statement/v1');
    assert.deepEqual(statement.subject, [
      { name: 'example.com/app:v1', digest: { sha256: '1b'.repeat(32) } },
    ]);
    assert.match(statement.predicateType, /^https:\/\//);
    assert.equal(statement.predicate.verdict, 'pass');
    assert.deepEqual(statement.predicate.record, { digest: { sha256 } });
    assert.deepEqual(statement.predicate.cluster, {
      digest: { sha256: '0a'.repeat(32) },
      objectCount: 1,
      objects: CLUSTER.objects,
      otherStates: [],
    });
  });

  it('names every state of the cluster that a part of the run has read', async () => {
    const later = { ...CLUSTER, digest: `sha256:${'0b'.repeat(32)}`, objectCount: 2 };
    const { statement } = await stated({ ...CLUSTER, otherStates: [later] });
    assert.deepEqual((statement.predicate.cluster as { otherStates: unknown }).otherStates, [
      { digest: { sha256: '0b'.repeat(32) }, objectCount: 2, objects: CLUSTER.objects },
    ]);
  });

  it('is one by the library of in-toto, which finds what is wrong', async () => {
    for (const cluster of [null, CLUSTER, { ...CLUSTER, images: [], otherStates: [CLUSTER] }]) {
      const { text } = await stated(cluster);
      assert.equal(complaintOfInToto(text), null);
    }
    const { text } = await stated(CLUSTER);
    for (const [from, to, complaint] of [
      ['Statement/v1', 'Statement/v2', /Wrong statement type/],
      ['"sha256": "1b', '"sha256": 7, "rest": "1b', /sha256|string/],
      ['"subject"', '"about"', /about/],
    ] as const) {
      assert.match(complaintOfInToto(text.replace(from, to)) ?? 'nothing', complaint);
    }
  });

  it('is about the saved record where no image is known', async () => {
    for (const cluster of [null, { ...CLUSTER, images: [] }]) {
      const { statement, sha256 } = await stated(cluster);
      assert.deepEqual(statement.subject, [{ name: 'run.json', digest: { sha256 } }]);
    }
  });
});
