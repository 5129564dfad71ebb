import type { Forward } from './application.js';
import type { Fault } from './fault.js';
import { FailingCalls } from './pod-errors.js';
import type { RunningPod } from './pod-server.js';
import { APPLICATIONS, PROTO_FILES, SERVICE_PORT, type MeshService } from './services.js';
import type { Random } from './random.js';
import { type SplitBehaviour, splitPods, type VersionOf } from './split-pods.js';
import type { VersionWeights } from './weighted-split.js';

/** One version of the application, with the names of its pods. */
export type MeshVersion = VersionOf<string>;

/** Where the split sends one request or connection, and what goes wrong there. */
export interface Upstream {
  version: UpstreamVersion;
  pod: RunningPod;
}

interface UpstreamVersion {
  name: string;
  /** On the way to its pods. */
  fault: Exclude<Fault, { kind: 'errors' }> | null;
}

export interface Upstreams {
  pods: readonly RunningPod[];
  /**
   * A version by its weight, then the version's next pod.
   *
   * @param gateway The replica that asks, by its number; the first unless told.
   */
  pick(gateway?: number): Upstream;
  /** The next pod of a version, whatever its weight. @throws RangeError for an unknown version. */
  nextOf(version: string): RunningPod;
  /** @throws RangeError for an unknown version, or weights that make no split. */
  setWeights(weights: VersionWeights): void;
  /** @throws RangeError for an unknown version, or a rate that is none. */
  setFault(version: string, fault: Fault | null): void;
}

/**
 * @param random Source of the split's draws.
 * @param behaviour How requests are split.
 * @param forward How the pods call each other.
 * @throws RangeError when versions, pods or weights make no split.
 */
export function upstreamsOf(
  service: MeshService,
  versions: readonly MeshVersion[],
  random: Random,
  behaviour: SplitBehaviour,
  forward: Forward,
): Upstreams {
  const byName = new Map<string, UpstreamVersion>(
    versions.map(({ name }) => [name, { name, fault: null }]),
  );
  const split = splitPods(
    versions.map(({ name, weight, pods }) => {
      return { name, weight, pods: pods.map((pod) => runningPod(service, pod, name, forward)) };
    }),
    random,
    behaviour,
  );

  function versionNamed(name: string): UpstreamVersion {
    const version = byName.get(name);
    if (!version) throw new RangeError(`the mesh has no version ${name}`);
    return version;
  }

  return {
    pods: split.pods,
    pick(gateway) {
      const { version, pod } = split.pick(gateway);
      return { version: versionNamed(version), pod };
    },
    nextOf: (version) => split.nextOf(version),
    setWeights(weights) {
      split.setWeights(weights);
    },
    setFault(name, fault) {
      const version = versionNamed(name);
      const errors = fault?.kind === 'errors' ? new FailingCalls(fault, random) : null;
      version.fault = fault?.kind === 'errors' ? null : fault;
      for (const running of split.pods) {
        if (running.pod.version === name) running.failing = errors;
      }
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
    failing: null,
    served: 0,
    forwarded: 0,
  };
}
