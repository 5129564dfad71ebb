import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ROOT } from '../../fixtures/command.js';
import { type GateService, startGateService } from '../../fixtures/gate-service.js';
import type { Answer } from '../fixtures/api-server.js';
import type { Cluster, ClusterObject, ObjectName } from '../fixtures/cluster.js';
import { type ClusterMesh, startClusterMesh } from '../fixtures/cluster-mesh.js';
import { eventually } from '../fixtures/eventually.js';
import { startKubelet } from '../fixtures/kubelet.js';
import { objectsOf } from '../fixtures/manifest-files.js';

const FILE = 'deploy/flagger/canary.yaml';
const TOKEN = 'a-token-of-flagger-alone';
/** As often as Flagger looks at a canary: as its clock allows. */
const INTERVAL = '1s';
const APPLICATION = 'greeter';
const PRIMARY = `${APPLICATION}-primary`;

/** What Flagger says of a canary. */
export interface CanaryStatus {
  phase: string;
  canaryWeight: number;
  failedChecks: number;
  lastAppliedSpec: string;
  lastPromotedSpec: string;
}

/** A namespace with an application that Flagger rolls out, its mesh, and a gate that Flagger asks. */
export interface CanaryWorld {
  mesh: ClusterMesh;
  gate: GateService;
  /** The gate's folder of verdicts. */
  state: string;
  /** Gives the application another template of pods. */
  release(version: string): Promise<void>;
  status(): Promise<CanaryStatus>;
  /** Waits until Flagger says so. @throws Error when it does not come about. */
  reaches(phase: string): Promise<void>;
  /** The canary's weight in the VirtualService. */
  canaryWeight(): Promise<number>;
  /** The version that was promoted last. */
  promoted(): Promise<string>;
  close(): Promise<void>;
}

/** How one differs from the others. */
export interface CanaryCase {
  namespace: string;
  /** Lines of the gate's scenario `greeter`. */
  scenario: readonly string[];
  /** Further scenarios, by name. */
  others?: Readonly<Record<string, readonly string[]>>;
  /** Changes the manifest that is applied, beyond addresses and times. */
  edit?: (manifest: string) => string;
}

/**
 * Starts one, with version `one` promoted.
 *
 * @param kubeconfig A file, for the gate.
 * @throws Error when Flagger does not take it up.
 */
export async function startCanaryWorld(
  cluster: Cluster,
  kubeconfig: string,
  { namespace, scenario, others = {}, edit = (text) => text }: CanaryCase,
): Promise<CanaryWorld> {
  const mesh = await startClusterMesh(cluster, { namespace, virtualService: APPLICATION });
  const state = await mkdtemp(path.join(tmpdir(), 'splitproof-state-'));
  const scenarios = Object.entries({ ...others, greeter: scenario });
  const gate = await startGateService(
    state,
    {
      tokens: `flagger:${TOKEN}\n`,
      ...Object.fromEntries(
        scenarios.map(([name, lines]) => [
          `scenarios/${name}.yaml`,
          scenarioText(mesh.address, namespace, lines),
        ]),
      ),
    },
    'tokens: tokens\n',
    { KUBECONFIG: kubeconfig },
  );
  await accepted(cluster.create(deployment(namespace)));
  const kubelet = startKubelet(cluster, namespace);
  const manifest = edit(manifestFor(await readFile(path.join(ROOT, FILE), 'utf8'), gate));
  for (const object of objectsOf(manifest)) {
    const metadata = { ...object.metadata, namespace };
    await accepted(cluster.create({ ...object, metadata }));
  }

  const read = async <T>(apiVersion: string, kind: string, name: string): Promise<T> => {
    const { body } = await accepted(
      cluster.get({ apiVersion, kind, metadata: { name, namespace } }),
    );
    return body as T;
  };
  const status = async (): Promise<CanaryStatus> => {
    const canary = await read<{ status?: CanaryStatus }>(
      'flagger.app/v1beta1',
      'Canary',
      APPLICATION,
    );
    const nothing = { phase: '', lastAppliedSpec: '', lastPromotedSpec: '' };
    return { ...nothing, canaryWeight: 0, failedChecks: 0, ...canary.status };
  };
  const world: CanaryWorld = {
    mesh,
    gate,
    state,
    async release(version) {
      const template = { metadata: { annotations: { version } } };
      await accepted(cluster.patch(nameOf(namespace), { spec: { template } }));
    },
    status,
    async reaches(phase) {
      let last: CanaryStatus | null = null;
      await eventually(
        `${namespace}: ${phase}`,
        async () => {
          last = await status();
          return last.phase === phase ? true : null;
        },
        () => JSON.stringify(last),
      );
    },
    async canaryWeight() {
      const { spec } = await read<VirtualServiceObject>(
        'networking.istio.io/v1',
        'VirtualService',
        APPLICATION,
      );
      const routes = spec.http.flatMap(({ route }) => route);
      const route = routes.find(({ destination }) => destination.host === `${APPLICATION}-canary`);
      return route?.weight ?? 0;
    },
    async promoted() {
      const { spec } = await read<DeploymentObject>('apps/v1', 'Deployment', PRIMARY);
      return spec.template.metadata.annotations.version;
    },
    async close() {
      await Promise.all([gate.stop(), mesh.close(), kubelet.stop()]);
      await rm(state, { recursive: true });
    },
  };
  return world;
}

interface VirtualServiceObject {
  spec: { http: { route: { destination: { host: string }; weight?: number }[] }[] };
}

interface DeploymentObject {
  spec: { template: { metadata: { annotations: { version: string } } } };
}

/** @throws Error with the server's words when it refuses. */
async function accepted(asked: Promise<Answer>): Promise<Answer> {
  const answer = await asked;
  assert.ok(answer.status < 300, answer.text);
  return answer;
}

/** The file that is shipped, with the gate's address, the token, and rounds that are short. */
function manifestFor(text: string, { port }: GateService): string {
  const replaced = [
    ['splitproof-gate.splitproof:8711', `127.0.0.1:${port}`],
    ['TOKEN@', `${TOKEN}@`],
    ['interval: 30s', `interval: ${INTERVAL}`],
  ] as const;
  return replaced.reduce((all, [shipped, ours]) => {
    assert.ok(all.includes(shipped), shipped);
    return all.replaceAll(shipped, ours);
  }, text);
}

function scenarioText(address: string, namespace: string, lines: readonly string[]): string {
  return [
    `target: ${address}`,
    'plaintext: true',
    'call: helloworld.Greeter/SayHello',
    'data: {name: Jack}',
    'authority: greeter.example.com',
    'kube: true',
    `namespace: ${namespace}`,
    ...lines,
    '',
  ].join('\n');
}

function nameOf(namespace: string): ObjectName {
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: APPLICATION, namespace } };
}

function deployment(namespace: string): ClusterObject {
  return {
    ...nameOf(namespace),
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: APPLICATION } },
      template: {
        metadata: { labels: { app: APPLICATION }, annotations: { version: 'one' } },
        spec: { containers: [{ name: APPLICATION, image: 'example.com/greeter:1' }] },
      },
    },
  };
}
