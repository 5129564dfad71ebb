import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { after, before, describe, it } from 'node:test';
import { readBootstrap, type XdsBootstrap } from '../../../src/inputs/xds/bootstrap.js';
import { libraryCheck, type ResourceCheck } from '../../../src/inputs/xds/library.js';
import { XDS_KINDS, type XdsKind } from '../../../src/inputs/xds/resource-kinds.js';
import {
  XdsClient,
  type XdsClientEvents,
  type XdsConfig,
  type XdsLack,
} from '../../../src/inputs/xds/xds-client.js';
import { lackText } from '../../../src/run/xds/lack-text.js';
import { ECHO_HOST, startXdsMesh, type XdsMesh } from '../../fixtures/xds-mesh.js';

const SERVICE = `${ECHO_HOST}:7070`;
const V1 = `outbound|7070|v1|${ECHO_HOST}`;
const ROUTES = `outbound|7070||${ECHO_HOST}`;
const TIMEOUT_MS = 20_000;

const SILENT: XdsClientEvents = {
  onChange: () => undefined,
  onRefused: () => undefined,
  onLost: () => undefined,
  onBack: () => undefined,
};

describe('a client of a control plane', () => {
  let mesh: XdsMesh;
  let bootstrap: XdsBootstrap;
  let check: ResourceCheck;
  before(async () => {
    mesh = await startXdsMesh({ v1: 20, v2: 80 });
    bootstrap = await bootstrapOf(mesh.plane.address);
    check = await libraryCheck(bootstrap.text);
  });
  after(() => mesh.close());

  function bootstrapOf(server: string): Promise<XdsBootstrap> {
    const client = { namespace: 'default', labels: undefined };
    return readBootstrap({ server, nodeId: 'me', retries: false }, client, {}, {});
  }

  function clientOf(
    more: Partial<ConstructorParameters<typeof XdsClient>[0]> = {},
    events = SILENT,
  ) {
    const options = { bootstrap, service: SERVICE, authority: SERVICE, userAgent: 'test', check };
    return new XdsClient({ ...options, connectTimeoutMs: 5000, ...more }, events);
  }

  /** Waits for what the client says of its configuration. */
  async function until(
    client: XdsClient,
    holds: (config: XdsConfig | XdsLack) => boolean,
  ): Promise<XdsConfig | XdsLack> {
    const deadline = Date.now() + TIMEOUT_MS;
    for (;;) {
      const config = client.config();
      if (holds(config)) return config;
      assert.ok(Date.now() < deadline, JSON.stringify(config));
      await sleep(5);
    }
  }

  it('learns the routes, the clusters and the pods of a service', async () => {
    const client = clientOf();
    const config = await until(client, ({ lack }) => lack === null);
    client.close();
    assert.ok(config.lack === null);
    const { v1, v2 } = mesh.pods.ports;
    const at = (port = 0) => ({ kind: 'tcp', host: '127.0.0.1', port });
    assert.deepEqual(config.endpoints, [at(v1), at(v2)]);
    assert.equal(config.virtualHost.name, SERVICE);
    assert.deepEqual(
      config.clusters.map(({ name }) => name),
      [V1, `outbound|7070|v2|${ECHO_HOST}`],
    );
  });

  const NAMES: Record<XdsKind, string> = { lds: SERVICE, rds: ROUTES, cds: V1, eds: V1 };
  /** In the words of the library, which no other reader of the resources has. */
  const REASONS: Record<XdsKind, RegExp> = {
    lds: /: Listener message validation failed: .*final filter is .*HTTPFault/,
    rds: /: RouteConfiguration message validation failed: .*no path_specifier set/,
    cds: /: Cluster message validation failed: .*STATIC/,
    eds: /: ClusterLoadAssignment message validation failed: .*priority/,
  };

  for (const kind of XDS_KINDS) {
    it(`says which ${kind} is missing`, async () => {
      mesh.plane.setFault(kind, 'missing');
      const from = mesh.events.length;
      const client = clientOf();
      await mesh.happened((one) => one.event === 'sent' && one.kind === kind, from);
      const lack = await until(client, (one) => one.lack === 'missing' && one.kind === kind);
      client.close();
      assert.ok(lack.lack === 'missing');
      assert.equal(lack.name, NAMES[kind]);
      const text = lackText(lack, bootstrap.server, 5000);
      assert.ok(text.includes(`(${kind.toUpperCase()}) ${JSON.stringify(NAMES[kind])}`), text);
      mesh.plane.setFault(kind, null);
    });

    it(`refuses an ${kind} that the library refuses, in its words`, async () => {
      mesh.plane.setFault(kind, 'invalid');
      const from = mesh.events.length;
      const client = clientOf();
      const lack = await until(client, (one) => one.lack === 'refused');
      assert.ok(lack.lack === 'refused');
      assert.equal(lack.kind, kind);
      assert.match(lackText(lack, bootstrap.server, 5000), REASONS[kind]);
      const told = await mesh.happened(({ event }) => event === 'refused', from);
      assert.match(JSON.stringify(told), /validation failed/);
      mesh.plane.setFault(kind, null);
      await until(client, (one) => one.lack === null);
      client.close();
    });
  }

  it('says that no virtual host takes the authority, and that nobody answers', async () => {
    const client = clientOf({ authority: 'other:1' });
    const lack = await until(client, (one) => one.lack === 'virtual-host');
    client.close();
    assert.match(
      lackText(lack as XdsLack, bootstrap.server, 5000),
      /no virtual host for other:1, and for echo\.echo-grpc\.svc\.cluster\.local:7070, echo/,
    );
    // No control plane, and nothing at all.
    for (const server of [`127.0.0.1:${mesh.pods.ports.v1}`, '127.0.0.1:1']) {
      const lost = clientOf({ bootstrap: await bootstrapOf(server) });
      const none = await until(lost, (one) => one.lack === 'control-plane' && one.hasFailed);
      lost.close();
      const text = lackText(none as XdsLack, server, 5000);
      assert.match(text, /^the control plane cannot be asked: 127\.0\.0\.1:\d+: \w/);
    }
  });

  it('goes on by what it was told while the control plane is away, and hears of changes then', async () => {
    const seen: string[] = [];
    const client = clientOf(
      {},
      { ...SILENT, onLost: () => seen.push('lost'), onBack: () => seen.push('back') },
    );
    const first = await until(client, ({ lack }) => lack === null);
    await mesh.plane.stop();
    await until(client, () => seen.includes('lost'));
    assert.deepEqual(client.config(), first);
    mesh.setWeights({ v1: 1, v2: 99 });
    await mesh.plane.start();
    await until(
      client,
      (one) => one.lack === null && JSON.stringify(one.routes).includes('"weight":99'),
    );
    assert.deepEqual(seen, ['lost', 'back']);
    client.close();
  });
});
