import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startPathMesh, type PathMesh } from '../../src/mesh/path-mesh.js';
import { podNames } from '../../src/mesh/pod-names.js';
import { readScenarioFile } from '../../src/inputs/scenario-file.js';
import type { RunRecord } from '../../src/record/run-record.js';
import { verify } from '../../src/run/verify.js';
import { scenarioOf } from '../../src/scenario/scenario.js';
import { reasonsOf } from '../fixtures/command.js';
import { type Envoy, startEnvoyWithConfig } from '../fixtures/envoy.js';
import { envoyConfig } from '../fixtures/envoy-config.js';
import { type Pods, startPods } from '../fixtures/greeters.js';

type Weights = Readonly<Record<'v1' | 'v2', number>>;

/** What gateways are told, by the path that calls begin with. */
interface PathWeights {
  users: Weights;
  orders: Weights;
  health: Weights;
}

const CONFIGURED: PathWeights = {
  users: { v1: 80, v2: 20 },
  orders: { v1: 60, v2: 40 },
  health: { v1: 50, v2: 50 },
};
const WRONG_ORDERS: PathWeights = { ...CONFIGURED, orders: { v1: 80, v2: 20 } };

const ROUTES = [
  { prefix: '/mypackage.UserService', of: 'users', service: 'user' },
  { prefix: '/mypackage.OrderService', of: 'orders', service: 'order' },
  { prefix: '/grpc.health.v1.Health', of: 'health', service: 'user' },
] as const;

/** Above what is planned: a right split passes with near certainty. */
const ENOUGH = 15_000;
/** What a wrong one needs. */
const FEWER = 6000;

const CALLS = [
  'mypackage.UserService/GetUser',
  'mypackage.OrderService/GetOrder',
  'grpc.health.v1.Health/Check',
];

async function verified(name: string, address: string, requests: number): Promise<RunRecord> {
  const settings = await readScenarioFile(`scenarios/${name}.yaml`);
  return await verify(scenarioOf({ ...settings, target: address, requests }, 'verify'));
}

function versionsOf(service: 'user' | 'order', weights: Weights) {
  return (['v1', 'v2'] as const).map((version) => ({
    name: version,
    weight: weights[version],
    pods: podNames(service, version),
  }));
}

function startMeshWith(weights: PathWeights): Promise<PathMesh> {
  return startPathMesh({
    seed: 16,
    routes: ROUTES.map(({ prefix, of, service }) => ({
      prefix,
      service,
      versions: versionsOf(service, weights[of]),
    })),
  });
}

/** An Envoy with a route for each path. */
function startEnvoyWith(
  weights: PathWeights,
  pods: Readonly<Record<'user' | 'order', Pods>>,
): Promise<Envoy> {
  const config = envoyConfig(
    ROUTES.map(({ prefix, of, service }) => ({
      kind: 'http',
      prefix,
      clusters: (['v1', 'v2'] as const).map((name) => ({
        name,
        weight: weights[of][name],
        ports: [pods[service].ports[name]!],
      })),
    })),
  ) as EnvoyConfig;
  const [first, ...others] = config.static_resources.listeners;
  const routesOf = (listener: Listener): object[] =>
    listener.filter_chains[0]!.filters[0]!.typed_config.route_config.virtual_hosts[0]!.routes;
  for (const other of others) routesOf(first!).push(...routesOf(other));
  config.static_resources.listeners = [first!];
  return startEnvoyWithConfig(config);
}

interface Listener {
  filter_chains: {
    filters: { typed_config: { route_config: { virtual_hosts: { routes: object[] }[] } } }[];
  }[];
}
interface EnvoyConfig {
  static_resources: { listeners: Listener[] };
}

/** What is said of a run whose orders alone are split otherwise. */
function assertNamesOrders(record: RunRecord): void {
  assert.equal(record.verdict, 'fail', reasonsOf(record));
  assert.deepEqual(
    record.calls.map(({ verdict }) => verdict === 'fail'),
    [false, true, false],
    reasonsOf(record),
  );
  const differing = record.reasons.filter(({ code }) => code === 'split-differs');
  assert.deepEqual(
    differing.map(({ call }) => call),
    [CALLS[1]],
  );
}

function observed(record: RunRecord): number[][] {
  return record.calls.map(({ split }) => split!.destinations.map((one) => one.observed));
}

describe('three services behind one gateway, by path', () => {
  let user: Pods;
  let order: Pods;
  before(async () => {
    user = await startPods('user', ['v1', 'v2']);
    order = await startPods('order', ['v1', 'v2']);
  });
  after(async () => {
    await user.close();
    await order.close();
  });

  it('each follow their own weights in the embedded mesh, by their own contract and identity', async () => {
    const mesh = await startMeshWith(CONFIGURED);
    try {
      const record = await verified('grpc-gateway-paths-canary', mesh.address, ENOUGH);
      assert.equal(record.verdict, 'pass', reasonsOf(record));
      assert.deepEqual(
        record.calls.map(({ call, route }) => [call, route?.rule]),
        CALLS.map((call, index) => [call, `http[${index}]`]),
      );
      const served = mesh.served();
      const [users, orders, health] = observed(record);
      const sums = [users![0]! + health![0]!, users![1]! + health![1]!, ...orders!];
      const pods = [...podsOf('user'), ...podsOf('order')];
      assert.deepEqual(
        sums,
        pods.map((pod) => served[pod]),
      );
    } finally {
      await mesh.close();
    }
  });

  it('pass in the embedded mesh as published', async () => {
    const mesh = await startMeshWith(CONFIGURED);
    try {
      const record = await verified('grpc-gateway-paths', mesh.address, 3000);
      assert.equal(record.verdict, 'pass', reasonsOf(record));
    } finally {
      await mesh.close();
    }
  });

  it('fail in the embedded mesh where one is split otherwise, which is named', async () => {
    const mesh = await startMeshWith(WRONG_ORDERS);
    try {
      assertNamesOrders(await verified('grpc-gateway-paths-canary', mesh.address, FEWER));
    } finally {
      await mesh.close();
    }
  });

  it('pass through Envoy', async () => {
    const envoy = await startEnvoyWith(CONFIGURED, { user, order });
    try {
      const record = await verified('grpc-gateway-paths-canary', envoy.address, ENOUGH);
      assert.equal(record.verdict, 'pass', reasonsOf(record));
    } finally {
      await envoy.stop();
    }
  });

  it('fail through Envoy where one is split otherwise, which is named', async () => {
    const envoy = await startEnvoyWith(WRONG_ORDERS, { user, order });
    try {
      assertNamesOrders(await verified('grpc-gateway-paths-canary', envoy.address, FEWER));
    } finally {
      await envoy.stop();
    }
  });
});

function podsOf(service: 'user' | 'order'): string[] {
  return (['v1', 'v2'] as const).map((version) => podNames(service, version)[0]!);
}
