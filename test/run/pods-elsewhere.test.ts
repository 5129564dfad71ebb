import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { attribute } from '../../src/count/attribution.js';
import { ask } from '../../src/run/ask.js';
import { scenarioOf } from '../../src/scenario/scenario.js';

const BOOKINFO = [
  'app',
  'gateway',
  'destination-rule-reviews',
  'virtual-service-productpage',
  'virtual-service-reviews',
].map((name) => `scenarios/bookinfo/${name}.yaml`);

describe('pods of a service behind the one that is called', () => {
  let folder: string;
  let v4: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'splitproof-behind-'));
    v4 = path.join(folder, 'v4.yaml');
    const documents = (await readFile('scenarios/bookinfo/app.yaml', 'utf8')).split(/^---$/m);
    const ofV3 = documents.find((text) => /kind: Deployment[^]*name: reviews-v3/.test(text))!;
    await writeFile(v4, ofV3.replaceAll('v3', 'v4'));
  });
  after(async () => {
    await rm(folder, { recursive: true });
  });

  /** Which destination each pod belongs to, by name. */
  async function destinationOf(pod: string, service: string | null): Promise<string | undefined> {
    const scenario = scenarioOf(
      {
        target: 'localhost:8080',
        plaintext: true,
        manifest: [...BOOKINFO, v4],
        http: { path: '/productpage' },
        ...(service === null ? { identity: 'header:x-pod' } : { expect: { service } }),
      },
      'verify',
    );
    const { calls } = await ask(scenario, {});
    const { attribution } = calls[0]!.loaded.counting;
    return attribution.destinations[attribute(attribution, { pod, version: null })];
  }

  it('are its destinations’, or strays where it alone selects them', async () => {
    const reviews = 'reviews.default';
    assert.equal(await destinationOf('reviews-v3-7f99cc4496-lpmm4', reviews), 'v3');
    const stray = 'Deployment/reviews-v4';
    assert.equal(await destinationOf('reviews-v4-7f99cc4496-lpmm4', reviews), stray);
  });

  it('are nobody’s where they belong to another service', async () => {
    assert.equal(
      await destinationOf('productpage-v1-6b746f74dc-9rlmh', 'reviews.default'),
      undefined,
    );
    assert.equal(await destinationOf('ratings-v1-6b746f74dc-9rlmh', 'reviews.default'), undefined);
  });

  it('are strays where the service itself is called, whoever’s they are', async () => {
    const pod = 'ratings-v1-6b746f74dc-9rlmh';
    assert.equal(await destinationOf(pod, null), 'Deployment/ratings-v1');
  });
});
