import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { configuredBy } from '../../src/routing/envoy/compare.js';
import { parseManifests } from '../../src/routing/parse-manifests.js';
import type { RouteRequest } from '../../src/routing/request.js';
import { resolveRoute } from '../../src/routing/resolve.js';
import { startGatewayEnvoy, type GatewayEnvoy } from './gateway-envoy.js';
import {
  asEnvoyVirtualHosts,
  asIstioObjects,
  gatewayWorlds,
  hostIn,
  PORTS,
  type GatewayWorld,
} from './gateway-worlds.js';

const WORLDS = 400;
const SEED = 80_20;
/** Requests by which a split shows; enough for seven standard deviations to mean something. */
const SPLIT_REQUESTS = 40;

type WorldRequest = GatewayWorld['requests'][number];

const worlds = gatewayWorlds(WORLDS, SEED).map((world, index) => ({ world, name: `w${index}` }));

describe('the real Envoy agrees with what explain says of many objects', () => {
  let envoy: GatewayEnvoy;

  before(async () => {
    envoy = await startGatewayEnvoy(
      PORTS.map((port) =>
        worlds.flatMap(({ world, name }) => asEnvoyVirtualHosts(world, name, port)),
      ),
    );
  });

  after(async () => {
    await envoy.stop();
  });

  /** The destination that answered, or what Envoy answered with itself. */
  async function answer(name: string, request: WorldRequest): Promise<string> {
    const { method, path, user, port } = request;
    const headers = {
      host: authorityOf(name, request),
      ...(user === null ? {} : { 'x-user': user }),
    };
    const { status, destination, location } = await envoy.ask(PORTS.indexOf(port), {
      method,
      path,
      headers,
    });
    if (status === 200) return destination;
    return location === undefined ? `status ${status}` : `${location} (${status})`;
  }

  it(`over ${WORLDS} generated sets of manifests`, { timeout: 120_000 }, async () => {
    const outcomes = { split: 0, single: 0, none: 0, direct: 0, redirect: 0 };
    for (const { world, name } of worlds) {
      for (const request of world.requests) {
        const expected = explained(world, name, request);
        const count = expected.size > 1 ? SPLIT_REQUESTS : 1;
        const answers = await Promise.all(
          Array.from({ length: count }, () => answer(name, request)),
        );
        const what = `${name} ${JSON.stringify(request)} in\n${asIstioObjects(world, name)
          .map((object) => JSON.stringify(object))
          .join('\n---\n')}`;
        const [only = ''] = expected.keys();
        for (const each of answers)
          assert.ok(expected.has(each), `${each} answered, not ${only}; ${what}`);
        for (const [destination, share] of expected) {
          const observed = answers.filter((other) => other === destination).length;
          const deviation = Math.sqrt(count * share * (1 - share));
          assert.ok(
            Math.abs(observed - count * share) <= 7 * deviation,
            `${destination}: ${observed} of ${count}; ${what}`,
          );
        }
        if (expected.size > 1) outcomes.split += 1;
        else if (only === 'status 404') outcomes.none += 1;
        else if (only === 'status 418') outcomes.direct += 1;
        else outcomes[only.endsWith(')') ? 'redirect' : 'single'] += 1;
      }
    }
    // They are worth something only if every kind of outcome comes up often.
    for (const [kind, seen] of Object.entries(outcomes)) assert.ok(seen >= 40, `${kind}: ${seen}`);
  });
});

function authorityOf(name: string, { host, withPort, port }: WorldRequest): string {
  return withPort ? `${hostIn(name, host)}:${port}` : hostIn(name, host);
}

/** Shares by destination, or what is answered without one. */
function explained(world: GatewayWorld, name: string, request: WorldRequest): Map<string, number> {
  const { method, path, user, port } = request;
  const text = asIstioObjects(world, name)
    .map((object) => JSON.stringify(object))
    .join('\n---\n');
  const selecting = world.gateways.findIndex(({ selects }) => selects > 0);
  if (selecting === -1) return new Map([['status 404', 1]]);
  const asked: RouteRequest = {
    method,
    path,
    scheme: 'http',
    authority: authorityOf(name, request),
    headers: new Map(user === null ? [] : [['x-user', user]]),
    targetPort: null,
    gatewayPort: port,
    via: {
      kind: 'gateway',
      namespace: world.gateways[selecting]?.namespace ?? '',
      name: `gw${selecting}`,
    },
    namespace: 'default',
  };
  const resolution = resolveRoute(parseManifests(text, name), asked);
  switch (resolution.kind) {
    case 'none':
      return new Map([['status 404', 1]]);
    case 'respond':
      return new Map([['status 418', 1]]);
    case 'redirect':
      return new Map([[locationOf(resolution.to, asked), 1]]);
    case 'forward': {
      const shares = configuredBy(resolution.destinations).filter(({ share }) => share > 0);
      return new Map(shares.map(({ host, share }) => [host ?? '', share]));
    }
  }
}

/** Where a client is sent by a redirect that leaves some of its URL as it is. */
function locationOf(to: string, asked: RouteRequest): string {
  const parts =
    /^(?:the same address(?: over )?)?(?:(https?)(?::\/\/)?)?([^/: ]*)(:\d+)?(\/\S*)?( at the listener's port)? \((\d+)\)$/.exec(
      to,
    );
  assert.ok(parts !== null, to);
  const [, scheme = 'http', host = '', told = '', newPath, ofListener, status = ''] = parts;
  const [name = '', written = ''] = asked.authority.split(':');
  const isLeft = host === '' && told === '';
  const port =
    ofListener === undefined ? (isLeft ? written : told.slice(1)) : String(asked.gatewayPort);
  const isUsual = `${scheme} ${port}` === 'http 80' || `${scheme} ${port}` === 'https 443';
  // What the client has written stays, unless it goes without saying and the scheme changes.
  const isShown = isLeft ? !(scheme === 'https' && port === '80') : !isUsual;
  const { pathname, search } = new URL(`http://h${asked.path}`);
  const path = `${newPath ?? pathname}${search}`;
  return `${scheme}://${host === '' ? name : host}${port !== '' && isShown ? `:${port}` : ''}${path} (${status})`;
}
