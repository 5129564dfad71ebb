import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startCluster, type Cluster, type ClusterObject } from './fixtures/cluster.js';
import { manifestFiles, objectsOf } from './fixtures/manifest-files.js';

/**
 * Manifests that show what is wrong with them: by file, what a server says of each object that it refuses,
 * by kind and name.
 */
const REFUSED: Readonly<Record<string, Readonly<Record<string, RegExp>>>> = {
  // Published with the API group misspelt.
  'scenarios/grpc-gateway/virtual-service-streaming.yaml': {
    'VirtualService grpc-streaming': /^no kind VirtualService of networking\.rypt\.io\/v1$/,
  },
  // Of a version that is served no longer.
  'test/data/routing/ingress-nginx/extensions-v1beta1.yaml': {
    'Ingress canary-ingress': /^no kind Ingress of extensions\/v1beta1$/,
    'Ingress prod-ingress': /^no kind Ingress of extensions\/v1beta1$/,
    'Ingress other-ingress': /^no kind Ingress of extensions\/v1beta1$/,
  },
  'test/data/routing/istio/service-selects-nobody.yaml': {
    'Deployment hello-deployment-pro': /^no kind Deployment of extensions\/v1beta1$/,
  },
  // Misspelt all through; that the product names the same fields is tested beside this.
  'test/data/routing/nested-unknown-fields.yaml': {
    'VirtualService web': /unknown field .*spec\.http\[0\]\.route\[0\]\.weigth/,
    'DestinationRule web': /unknown field .*spec\.trafficpolicy/,
    'Service web': /unknown field .*spec\.selectors/,
  },
};

describe('the manifests of the project, as a real API server sees them', () => {
  let cluster: Cluster;
  before(async () => {
    cluster = await startCluster();
  });
  after(() => cluster.stop());

  /** What is wrong with an object; null when it is accepted. */
  async function refusal(object: ClusterObject): Promise<string | null> {
    if ((await cluster.kind(object.apiVersion, object.kind)) === null)
      return `no kind ${object.kind} of ${object.apiVersion}`;
    const { status, text } = await cluster.create(object, { dryRun: true });
    return status < 300 ? null : text;
  }

  for (const [file, text] of manifestFiles()) {
    it(file, async () => {
      const refused = { ...REFUSED[file] };
      for (const object of objectsOf(text)) {
        const name = `${object.kind} ${object.metadata.name ?? ''}`;
        const said = await refusal(object);
        const expected = refused[name];
        if (expected === undefined) assert.equal(said, null, name);
        else assert.match(said ?? 'accepted', expected, name);
        Reflect.deleteProperty(refused, name);
      }
      assert.deepEqual(Object.keys(refused), [], 'no longer in the file');
    });
  }
});
