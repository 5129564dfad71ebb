import type { PodErrors } from '../pod-errors.js';
import type { VersionOf } from '../split-pods.js';
import type { VersionWeights } from '../weighted-split.js';
import {
  type ControlPlane,
  type ControlPlaneEvent,
  startControlPlane,
} from '../xds/control-plane.js';
import { resourcesOf } from '../xds/split-service.js';
import { XDS_KINDS, type XdsResources } from '../xds/resources.js';
import { type EchoPod, startEchoPod } from './echo-pod.js';
import { type Address, serviceNames } from './service-names.js';

export interface ProxylessMeshOptions {
  /** Versions of the echo application; the first pod is the one that is asked to send. */
  versions: readonly VersionOf<string>[];
  /** Of the first pod's gRPC; 0, the default, takes a free one. */
  port?: number;
  /** Calls that the pods of a version fail. */
  errors?: Readonly<Partial<Record<string, PodErrors>>>;
  /** Told what happens between the control plane and its clients. */
  onEvent?: (event: ControlPlaneEvent) => void;
  /** Told how many requests the pods were given, with each. */
  onServed?: (requests: number) => void;
}

/** The echo application without proxies, whose pods are told by a control plane how calls are split. */
export interface ProxylessMesh {
  host: string;
  port: number;
  /** `host:port` of the first pod's gRPC, which sends what ForwardEcho asks for. */
  address: string;
  controlPlane: ControlPlane;
  /** Requests given to each pod so far, those of ForwardEcho itself left out. */
  served(): Record<string, number>;
  /**
   * Is told by the control plane from now on. A version that is left out is there no more.
   *
   * @throws RangeError for an unknown version, or weights that make no split.
   */
  setWeights(weights: VersionWeights): void;
  close(): Promise<void>;
}

/** The service that the pods are of, as the documents of proxyless gRPC have it. */
const HOST = 'echo.echo-grpc.svc.cluster.local';
const GRPC_PORT = 7070;
const HTTP_PORT = 8080;
const ROUTE = { name: 'echo-weights', namespace: 'echo-grpc' };

/** Weights of resources are integers; shares keep so many of their digits. */
const SHARE_PARTS = 1_000_000;

/**
 * Starts pods and a control plane in this process, on loopback.
 *
 * @throws RangeError when versions, pods or weights make no split.
 * @throws Error of the operating system when a port cannot be had.
 */
export async function startProxylessMesh(options: ProxylessMeshOptions): Promise<ProxylessMesh> {
  const { versions, errors = {}, onEvent, onServed } = options;
  const served: Record<string, number> = {};
  let requests = 0;
  const services = new Map<string, Address[]>([
    [`${HOST}:${GRPC_PORT}`, []],
    [`${HOST}:${HTTP_PORT}`, []],
  ]);
  const names = serviceNames(services);
  const pods: EchoPod[] = [];

  function resources(weights: VersionWeights): XdsResources {
    const integers = integerWeights(weights);
    const unknown = Object.keys(weights).find((name) => !versions.some((one) => one.name === name));
    if (unknown !== undefined) throw new RangeError(`the mesh has no version ${unknown}`);
    const destinations = Object.entries(integers).map(([subset, weight]) => ({
      subset,
      weight,
      endpoints: pods
        .filter(({ pod }) => pod.version === subset)
        .map(({ port }) => ({ address: '127.0.0.1', port })),
    }));
    return resourcesOf([{ host: HOST, port: GRPC_PORT, destinations, virtualService: ROUTE }]);
  }

  const weights = Object.fromEntries(versions.map(({ name, weight }) => [name, weight]));
  let controlPlane: ControlPlane | null = null;
  async function close(): Promise<void> {
    await controlPlane?.start();
    for (const kind of XDS_KINDS) controlPlane?.setFault(kind, null);
    await Promise.all(pods.map((pod) => pod.stopSending()));
    await Promise.all(pods.map((pod) => pod.close()));
    await controlPlane?.stop();
  }
  async function startPods(): Promise<void> {
    for (const version of versions) {
      for (const name of version.pods) {
        const { port } = options;
        const failing = errors[version.name];
        served[name] = 0;
        const pod = await startEchoPod({
          pod: { name, version: version.name },
          ...(pods.length === 0 && port !== undefined ? { port } : {}),
          ...(failing === undefined ? {} : { errors: failing }),
          names,
          bootstrap: () => bootstrapOf(controlPlane?.address ?? '', name),
          onEcho: () => {
            served[name] = (served[name] ?? 0) + 1;
            requests += 1;
            onServed?.(requests);
          },
        });
        pods.push(pod);
        services.get(`${HOST}:${GRPC_PORT}`)?.push({ host: '127.0.0.1', port: pod.port });
        services.get(`${HOST}:${HTTP_PORT}`)?.push({ host: '127.0.0.1', port: pod.httpPort });
      }
    }
  }
  try {
    await startPods();
    controlPlane = await startControlPlane({
      resources: resources(weights),
      ...(onEvent === undefined ? {} : { onEvent }),
    });
  } catch (error) {
    await close();
    throw error;
  }
  const plane = controlPlane;
  const [first] = pods;
  if (first === undefined) throw new RangeError('a mesh needs at least one pod');
  return {
    host: '127.0.0.1',
    port: first.port,
    address: first.address,
    controlPlane: plane,
    served: () => ({ ...served }),
    setWeights(next) {
      plane.publish(resources(next));
    },
    close,
  };
}

function integerWeights(weights: VersionWeights): VersionWeights {
  const all = Object.entries(weights);
  if (all.every(([, weight]) => Number.isInteger(weight))) return weights;
  const sum = all.reduce((total, [, weight]) => total + weight, 0);
  return Object.fromEntries(
    all.map(([name, weight]) => [name, Math.round((weight / sum) * SHARE_PARTS)]),
  );
}

/** As Istio's agent writes it, for a control plane in plaintext. @param pod Name of the pod. */
function bootstrapOf(server: string, pod: string): string {
  return JSON.stringify({
    xds_servers: [
      {
        server_uri: server,
        channel_creds: [{ type: 'insecure' }],
        server_features: ['xds_v3'],
      },
    ],
    node: {
      id: `sidecar~127.0.0.1~${pod}.echo-grpc~echo-grpc.svc.cluster.local`,
      // Without one the library gives up with an error that speaks of something else.
      locality: { region: 'region', zone: 'zone', sub_zone: 'subzone' },
    },
  });
}
