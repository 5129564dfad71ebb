import type { Forward } from './application.js';
import type { Fault } from './fault.js';
import type { RunningPod } from './pod-server.js';
import { randomDraws } from './random.js';
import { APPLICATIONS, PROTO_FILES, SERVICE_PORT, type MeshService } from './services.js';
import { weightedSplit, type VersionWeights } from './weighted-split.js';

/** One version of the application: its share of the traffic and its pods. */
export interface MeshVersion {
  name: string;
  /** 0 or more, relative to the other versions'. */
  weight: number;
  /** Names of its pods, at least one; requests take turns among them. */
  pods: readonly string[];
}

/** Where the split sends one request or connection, and what goes wrong there. */
export interface Upstream {
  version: UpstreamVersion;
  pod: RunningPod;
}

interface UpstreamVersion {
  pods: readonly RunningPod[];
  nextPod: number;
  fault: Fault | null;
}

export interface Upstreams {
  pods: readonly RunningPod[];
  /** A version by its weight, then the version's next pod. */
  pick(): Upstream;
  /** @throws RangeError for an unknown version, or weights that make no split. */
  setWeights(weights: VersionWeights): void;
  /** @throws RangeError for an unknown version. */
  setFault(version: string, fault: Fault | null): void;
}

/**
 * @param seed As in {@link randomDraws}.
 * @param forward How the pods call each other.
 * @throws RangeError when versions, pods or weights make no split.
 */
export function upstreamsOf(
  service: MeshService,
  versions: readonly MeshVersion[],
  seed: number | undefined,
  forward: Forward,
): Upstreams {
  const byName = new Map<string, UpstreamVersion>();
  for (const { name, pods } of versions) {
    if (pods.length === 0) throw new RangeError(`version ${name} needs at least one pod`);
    if (byName.has(name)) throw new RangeError(`there are two versions ${name}`);
    byName.set(name, {
      pods: pods.map((pod) => runningPod(service, pod, name, forward)),
      nextPod: 0,
      fault: null,
    });
  }
  const split = weightedSplit(
    Object.fromEntries(versions.map(({ name, weight }) => [name, weight])),
    randomDraws(seed),
  );

  function versionNamed(name: string): UpstreamVersion {
    const version = byName.get(name);
    if (!version) throw new RangeError(`the mesh has no version ${name}`);
    return version;
  }

  return {
    pods: [...byName.values()].flatMap((version) => version.pods),
    pick() {
      const version = versionNamed(split.pick());
      const pod = version.pods[version.nextPod % version.pods.length];
      if (!pod) throw new RangeError('a version needs at least one pod');
      version.nextPod += 1;
      return { version, pod };
    },
    setWeights(weights) {
      for (const name of Object.keys(weights)) versionNamed(name);
      split.setWeights(weights);
    },
    setFault(name, fault) {
      versionNamed(name).fault = fault;
    },
  };
}

function runningPod(
  service: MeshService,
  name: string,
  version: string,
  forward: Forward,
): RunningPod {
  return {
    pod: { name, version },
    application: APPLICATIONS[service],
    protoFiles: PROTO_FILES[service],
    port: SERVICE_PORT[service],
    forward,
    served: 0,
    forwarded: 0,
  };
}
