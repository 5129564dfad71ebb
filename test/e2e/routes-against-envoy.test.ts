import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { configuredBy } from '../../src/routing/envoy/compare.js';
import { parseConfigDump, type EnvoyRouteTable } from '../../src/routing/envoy/config-dump.js';
import { readConfigDumps } from '../../src/inputs/config-dump.js';
import { programmedRoute } from '../../src/routing/envoy/programmed.js';
import { resolveRoute } from '../../src/routing/resolve.js';
import { parseManifests } from '../../src/routing/parse-manifests.js';
import type { RouteRequest } from '../../src/routing/request.js';
import { startGatewayEnvoy, type GatewayEnvoy } from './gateway-envoy.js';
import {
  asEnvoyVirtualHost,
  asVirtualService,
  routeTables,
  type GeneratedRequest,
} from './route-tables.js';

const TABLES = 400;
const SEED = 60_40;
/** Requests by which a split shows; enough for seven standard deviations to mean something. */
const SPLIT_REQUESTS = 40;

const tables = routeTables(TABLES, SEED).map((table, index) => ({
  ...table,
  host: `t${index}.test`,
}));

const GATEWAY = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'Gateway',
  metadata: { name: 'gw' },
  spec: {
    selector: { istio: 'ingressgateway' },
    servers: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: ['*'] }],
  },
};

describe('the real Envoy agrees with what explain says', () => {
  let envoy: GatewayEnvoy;
  let programmed: EnvoyRouteTable[];

  before(async () => {
    envoy = await startGatewayEnvoy([tables.map((table) => asEnvoyVirtualHost(table, table.host))]);
    const [dump] = await readConfigDumps(
      { kind: 'envoy-admin', urls: [envoy.adminUrl] },
      (one) => one,
    );
    programmed = parseConfigDump(dump!.text, 'config_dump');
  });

  after(async () => {
    await envoy.stop();
  });

  /** The destination that answered, or the status Envoy answered with itself. */
  async function answer(host: string, request: GeneratedRequest): Promise<string> {
    const { method, path, user } = request;
    const headers = {
      host: authorityOf(host, request),
      ...(user === null ? {} : { 'x-user': user }),
    };
    const { status, destination } = await envoy.ask(0, { method, path, headers });
    return status === 200 ? destination : `status ${status}`;
  }

  function authorityOf(host: string, { withPort }: GeneratedRequest): string {
    return withPort ? `${host}:80` : host;
  }

  function routeRequest(host: string, request: GeneratedRequest): RouteRequest {
    const { method, path, user } = request;
    return {
      method,
      path,
      scheme: 'http',
      authority: authorityOf(host, request),
      headers: new Map(user === null ? [] : [['x-user', user]]),
      targetPort: 80,
      via: undefined,
      namespace: 'default',
    };
  }

  /** Shares by destination, or of the status that is answered without one. */
  function explained(
    table: (typeof tables)[number],
    request: GeneratedRequest,
  ): Map<string, number> {
    const text = [GATEWAY, asVirtualService(table, table.host)]
      .map((object) => JSON.stringify(object))
      .join('\n---\n');
    const resolution = resolveRoute(
      parseManifests(text, table.host),
      routeRequest(table.host, request),
    );
    if (resolution.kind === 'none') return new Map([['status 404', 1]]);
    if (resolution.kind === 'respond') return new Map([['status 418', 1]]);
    assert.ok(resolution.kind === 'forward');
    const shares = configuredBy(resolution.destinations).filter(({ share }) => share > 0);
    return new Map(shares.map(({ host, share }) => [host ?? '', share]));
  }

  it(`over ${TABLES} generated route tables`, { timeout: 120_000 }, async () => {
    const outcomes = { split: 0, single: 0, none: 0, direct: 0 };
    for (const table of tables) {
      for (const request of table.requests) {
        const expected = explained(table, request);
        const count = expected.size > 1 ? SPLIT_REQUESTS : 1;
        const answers = await Promise.all(
          Array.from({ length: count }, () => answer(table.host, request)),
        );
        const what = `${JSON.stringify(table.rules)} ${JSON.stringify(request)}`;
        for (const name of answers) assert.ok(expected.has(name), `${name} answered; ${what}`);
        for (const [name, share] of expected) {
          const observed = answers.filter((other) => other === name).length;
          const deviation = Math.sqrt(count * share * (1 - share));
          assert.ok(
            Math.abs(observed - count * share) <= 7 * deviation,
            `${name}: ${observed} of ${count}; ${what}`,
          );
        }
        // The same request through the routes Envoy says it has.
        const route = programmedRoute(programmed, routeRequest(table.host, request), null);
        const served = [...expected.keys()].every((name) => !name.startsWith('status'));
        assert.equal(route.answeredByProxy, served ? 0 : 1, what);
        const [only = ''] = expected.keys();
        outcomes[
          expected.size > 1
            ? 'split'
            : only === 'status 404'
              ? 'none'
              : served
                ? 'single'
                : 'direct'
        ] += 1;
      }
    }
    // The tables are worth something only if every kind of outcome comes up often.
    for (const [kind, seen] of Object.entries(outcomes)) assert.ok(seen >= 50, `${kind}: ${seen}`);
  });
});
