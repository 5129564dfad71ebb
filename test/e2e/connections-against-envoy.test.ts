import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { configuredBy } from '../../src/routing/envoy/compare.js';
import { parseManifests } from '../../src/routing/parse-manifests.js';
import { resolveRoute } from '../../src/routing/resolve.js';
import { type ConnectionEnvoy, startConnectionEnvoy } from './connection-envoy.js';
import {
  asIstioObjects,
  type ConnectionWorld,
  connectionWorlds,
  nameIn,
  worldChains,
} from './connection-worlds.js';

const WORLDS = 160;
const SEED = 80_20;
/** Connections by which a split shows; enough for seven standard deviations to mean something. */
const SPLIT_CONNECTIONS = 40;

const worlds = connectionWorlds(WORLDS, SEED).map((world, index) => {
  const name = `w${index}`;
  const chains = worldChains(world).map(({ serverNames, weights }) => ({
    serverNames: serverNames.map((each) => nameIn(name, each)),
    weights,
  }));
  return { world, name, chains };
});
const overTls = worlds.filter(({ world }) => world.layer === 'tls');
/** Each has a port of its own; without a rule there is none. */
const overTcp = worlds.filter(({ world, chains }) => world.layer === 'tcp' && chains.length > 0);

describe('the real Envoy agrees with what explain says of connections', () => {
  let envoy: ConnectionEnvoy;

  before(async () => {
    envoy = await startConnectionEnvoy([
      overTls.flatMap(({ chains }) => chains),
      ...overTcp.map(({ chains }) => chains),
    ]);
  });

  after(() => envoy.stop());

  it(`over ${WORLDS} generated sets of manifests`, { timeout: 120_000 }, async () => {
    const outcomes = { split: 0, single: 0, closed: 0, 'split by port': 0 };
    for (const each of [...overTls, ...overTcp]) {
      const { world, name } = each;
      const listener = world.layer === 'tls' ? 0 : 1 + overTcp.indexOf(each);
      for (const asked of world.asked) {
        const serverName = nameIn(name, asked);
        const expected = explained(world, name, serverName);
        const count = expected.size > 1 ? SPLIT_CONNECTIONS : 1;
        const answers = await Promise.all(
          Array.from({ length: count }, () => envoy.ask(listener, serverName)),
        );
        const what = `${serverName} in ${JSON.stringify(asIstioObjects(world, name))}`;
        for (const answer of answers)
          assert.ok(
            expected.has(answer),
            `"${answer}", not ${[...expected.keys()].join()}: ${what}`,
          );
        for (const [destination, share] of expected) {
          const observed = answers.filter((other) => other === destination).length;
          const deviation = Math.sqrt(count * share * (1 - share));
          assert.ok(
            Math.abs(observed - count * share) <= 7 * deviation,
            `${destination}: ${observed} of ${count}; ${what}`,
          );
        }
        if (expected.has('')) outcomes.closed += 1;
        else if (expected.size === 1) outcomes.single += 1;
        else outcomes[world.layer === 'tls' ? 'split' : 'split by port'] += 1;
      }
    }
    for (const [kind, seen] of Object.entries(outcomes)) assert.ok(seen >= 8, `${kind}: ${seen}`);
  });

  it('says of a port without any rule that it is closed', () => {
    const unruled = worlds.filter(
      ({ world, chains }) => world.layer === 'tcp' && chains.length === 0,
    );
    assert.ok(unruled.length > 0);
    for (const { world, name } of unruled)
      assert.deepEqual([...explained(world, name, nameIn(name, 'a')).keys()], ['']);
  });
});

/** Shares by destination; the empty name for a connection that is closed. */
function explained(world: ConnectionWorld, name: string, serverName: string): Map<string, number> {
  const text = asIstioObjects(world, name)
    .map((object) => JSON.stringify(object))
    .join('\n---\n');
  const resolution = resolveRoute(parseManifests(text, name), {
    method: 'POST',
    path: '/',
    scheme: 'https',
    authority: serverName,
    headers: new Map(),
    targetPort: world.layer === 'tls' ? 443 : 31_400,
    via: { kind: 'gateway', namespace: 'default', name: 'gw' },
    namespace: 'default',
  });
  if (resolution.kind === 'none') return new Map([['', 1]]);
  assert.equal(resolution.kind, 'forward');
  assert.ok(resolution.perConnection);
  const shares = configuredBy(resolution.destinations).filter(({ share }) => share > 0);
  return new Map(shares.map(({ host, share }) => [(host ?? '').split('.')[0] ?? '', share]));
}
