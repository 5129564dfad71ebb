import type { Forward } from './application.js';
import type { Fault } from './fault.js';
import type { RunningPod } from './pod-server.js';
import { APPLICATIONS, PROTO_FILES, SERVICE_PORT, type MeshService } from './services.js';
import { splitPods, type VersionOf } from './split-pods.js';
import type { VersionWeights } from './weighted-split.js';

/** One version of the application, with the names of its pods. */
export type MeshVersion = VersionOf<string>;

/** Where the split sends one request or connection, and what goes wrong there. */
export interface Upstream {
  version: UpstreamVersion;
  pod: RunningPod;
}

interface UpstreamVersion {
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
 * @param seed Of the split's draws.
 * @param forward How the pods call each other.
 * @throws RangeError when versions, pods or weights make no split.
 */
export function upstreamsOf(
  service: MeshService,
  versions: readonly MeshVersion[],
  seed: number | undefined,
  forward: Forward,
): Upstreams {
  const byName = new Map<string, UpstreamVersion>(
    versions.map(({ name }) => [name, { fault: null }]),
  );
  const split = splitPods(
    versions.map(({ name, weight, pods }) => {
      return { name, weight, pods: pods.map((pod) => runningPod(service, pod, name, forward)) };
    }),
    seed,
  );

  function versionNamed(name: string): UpstreamVersion {
    const version = byName.get(name);
    if (!version) throw new RangeError(`the mesh has no version ${name}`);
    return version;
  }

  return {
    pods: split.pods,
    pick() {
      const { version, pod } = split.pick();
      return { version: versionNamed(version), pod };
    },
    setWeights(weights) {
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
