import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type AskedCluster, joinedClusters, type ReadObject } from '../../src/record/cluster.js';
import { clusterChanged } from '../../src/record/cluster-changed.js';
import { runRecordSchema } from '../../src/record/run-record.js';
import { merge } from '../../src/run/merge.js';
import { askedRun, countedShard, recordOfRun, saved } from './shards.js';

const object = (name: string, resourceVersion: string | null, kind = 'Pod'): ReadObject => ({
  ...{ apiVersion: 'v1', kind, namespace: 'shop', name, resourceVersion },
});

/** What a shard has read. @param digit Of its digest. */
function read(
  digit: string,
  objects: ReadObject[],
  more: Partial<AskedCluster> = {},
): AskedCluster {
  return {
    ...{ context: 'prod', server: 'https://one', namespaces: ['shop'], objects },
    ...{ digest: `sha256:${digit.repeat(64)}`, objectCount: objects.length },
    images: [{ image: `app:${digit}`, digest: null, pods: [`shop/p-${digit}`] }],
    otherStates: [],
    ...more,
  };
}

const clusters = fc
  .record({
    digit: fc.constantFrom('a', 'b', 'c'),
    server: fc.constantFrom('https://one', 'https://two'),
    context: fc.constantFrom('prod', 'staging', null),
  })
  .map(({ digit, server, context }) => read(digit, [object(digit, '1')], { server, context }));

describe('a cluster that parts of a run have read', () => {
  it('is joined alike, in whatever order and groups', () => {
    fc.assert(
      fc.property(clusters, clusters, clusters, (a, b, c) => {
        const all = joinedClusters([a, b, c]);
        assert.deepEqual(joinedClusters([c, a, b]), all);
        assert.deepEqual(joinedClusters([joinedClusters([a, b]), c]), all);
        assert.deepEqual(joinedClusters([a, joinedClusters([b, c])]), all);
      }),
    );
  });

  it('is the same where nothing has changed', () => {
    const one = read('a', [object('p', '1')]);
    const joined = joinedClusters([one, { ...one, images: [] }]);
    assert.deepEqual(joined, one);
    assert.equal(clusterChanged(joined), null);
    assert.equal(clusterChanged(null), null);
  });

  it('is told with every state, all images, and the objects that differ', async () => {
    const states = [
      read('b', [object('p', '1'), object('q', '5'), object('web', '3', 'Service')]),
      read('a', [object('p', '2'), object('r', '6'), object('web', '3', 'Service')]),
    ];
    const shards = await Promise.all(
      states.map(async (cluster, index) =>
        saved(
          await recordOfRun(askedRun(`r${index}`, { cluster }), countedShard({ v1: 930, v2: 620 })),
        ),
      ),
    );
    const record = await merge(shards);
    assert.deepEqual(
      [record.cluster?.digest, ...(record.cluster?.otherStates ?? []).map(({ digest }) => digest)],
      [states[1]?.digest, states[0]?.digest],
    );
    assert.deepEqual(
      record.cluster?.images.map(({ image }) => image),
      ['app:a', 'app:b'],
    );
    const found = record.findings.filter(({ code }) => code === 'cluster-changed');
    assert.deepEqual(
      found.map(({ severity, evidence }) => [severity, evidence]),
      [['info', '3 objects differ: Pod shop/p, Pod shop/q, Pod shop/r']],
    );
    assert.deepEqual(runRecordSchema.parse(JSON.parse(JSON.stringify(record))), record);
  });

  it('is not known where a part has read none', async () => {
    const [one, other] = await Promise.all(
      [read('a', []), null].map(async (cluster, index) =>
        saved(
          await recordOfRun(askedRun(`r${index}`, { cluster }), countedShard({ v1: 930, v2: 620 })),
        ),
      ),
    );
    assert.equal((await merge([one!, other!])).cluster, null);
  });

  it('is told where there are several, and where a record names too few objects to say', () => {
    const two = joinedClusters([read('a', []), read('b', [], { server: 'https://two' })]);
    const several = clusterChanged(two);
    assert.match(several?.summary ?? '', /have read 2 clusters, which have the same split/);
    assert.equal(several?.evidence, 'https://one, https://two');
    const cut = joinedClusters([
      read('a', [object('p', '1')], { objectCount: 600 }),
      read('b', [object('p', '1')], { objectCount: 600 }),
    ]);
    assert.equal(
      clusterChanged(cut)?.evidence,
      'what differs is not among the objects that the record names',
    );
  });
});
