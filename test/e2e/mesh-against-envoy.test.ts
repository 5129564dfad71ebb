import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { configuredBy } from '../../src/routing/envoy/compare.js';
import { parseManifests } from '../../src/routing/parse-manifests.js';
import { resolveRoute } from '../../src/routing/resolve.js';
import { type GatewayEnvoy, startGatewayEnvoy } from './gateway-envoy.js';
import { asMeshObjects, asMeshVirtualHosts, type MeshWorld, meshWorlds } from './mesh-worlds.js';

const WORLDS = 200;
const SEED = 80_20;
/** Requests by which a split shows; enough for seven standard deviations to mean something. */
const SPLIT_REQUESTS = 40;

type WorldRequest = MeshWorld['requests'][number];

const worlds = meshWorlds(WORLDS, SEED).map((world, index) => ({ world, name: `w${index}` }));

describe('the real Envoy agrees with what explain says of clients in the mesh', () => {
  let envoy: GatewayEnvoy;

  before(async () => {
    envoy = await startGatewayEnvoy([
      worlds.flatMap(({ world, name }) => asMeshVirtualHosts(world, name)),
    ]);
  });

  after(() => envoy.stop());

  /** The destination that answered, or what Envoy answered with itself. */
  async function answer(name: string, { host, user }: WorldRequest): Promise<string> {
    const headers = {
      host: host.replace('$', name),
      ...(user === null ? {} : { 'x-user': user }),
    };
    const { status, destination } = await envoy.ask(0, { method: 'GET', path: '/', headers });
    return status === 200 ? destination : `status ${status}`;
  }

  it(`over ${WORLDS} generated sets of manifests`, { timeout: 120_000 }, async () => {
    const outcomes = { split: 0, single: 0, own: 0, none: 0 };
    for (const { world, name } of worlds) {
      for (const request of world.requests) {
        const expected = explained(world, name, request);
        const count = expected.size > 1 ? SPLIT_REQUESTS : 1;
        const answers = await Promise.all(
          Array.from({ length: count }, () => answer(name, request)),
        );
        const what = `${name} ${JSON.stringify(request)} in ${JSON.stringify(world)}`;
        for (const each of answers)
          assert.ok(expected.has(each), `${each}, not ${[...expected.keys()].join()}: ${what}`);
        for (const [destination, share] of expected) {
          const observed = answers.filter((other) => other === destination).length;
          const deviation = Math.sqrt(count * share * (1 - share));
          assert.ok(
            Math.abs(observed - count * share) <= 7 * deviation,
            `${destination}: ${observed} of ${count}; ${what}`,
          );
        }
        const [only = ''] = expected.keys();
        if (expected.size > 1) outcomes.split += 1;
        else if (only === 'status 404') outcomes.none += 1;
        else outcomes[/^d\d\.example\.com$/.test(only) ? 'single' : 'own'] += 1;
      }
    }
    for (const [kind, seen] of Object.entries(outcomes)) assert.ok(seen >= 40, `${kind}: ${seen}`);
  });
});

/** Shares by destination, or what is answered without one. */
function explained(
  world: MeshWorld,
  name: string,
  { host, user }: WorldRequest,
): Map<string, number> {
  const text = asMeshObjects(world, name)
    .map((object) => JSON.stringify(object))
    .join('\n---\n');
  const resolution = resolveRoute(parseManifests(text, name), {
    method: 'GET',
    path: '/',
    scheme: 'http',
    authority: host.replace('$', name),
    headers: new Map(user === null ? [] : [['x-user', user]]),
    targetPort: 80,
    via: { kind: 'mesh' },
    namespace: `shop-${name}`,
  });
  if (resolution.kind === 'none') {
    // No workload is behind it, so that only its name can be told.
    const [, own] = /^no route names (\S+),/.exec(resolution.problem.summary) ?? [];
    return new Map([[own ?? 'status 404', 1]]);
  }
  assert.equal(resolution.kind, 'forward');
  const [first] = resolution.destinations;
  if (resolution.route === null) return new Map([[first?.host ?? '', 1]]);
  const shares = configuredBy(resolution.destinations).filter(({ share }) => share > 0);
  return new Map(shares.map(({ host: to, share }) => [to ?? '', share]));
}
