import type { KubernetesObject } from '../../routing/objects.js';
import { startAskedProcess } from './asked-process.js';
import type { Refusal } from './control-plane.js';

/** A real Istiod on loopback that proxies and gRPC clients take their configuration from. */
export interface ServingIstiod {
  /** `127.0.0.1:PORT`, in plaintext. */
  address: string;
  /**
   * Takes in objects of Istio; those of the same name are replaced. When it is done, every client that is connected
   * has acknowledged what came of it.
   *
   * @throws Error when one is refused.
   */
  apply(objects: readonly KubernetesObject[]): Promise<void>;
  stop(): Promise<void>;
}

interface Served {
  error?: string;
  address: string;
  refused: readonly Refusal[];
}

/** Filters of these are in Istio's build of Envoy alone. */
const WITHOUT_OWN_FILTERS = {
  PILOT_ENABLE_ALPN_FILTER: 'false',
  PILOT_ENABLE_METADATA_EXCHANGE: 'false',
};

/**
 * @param binary The command that `test/cluster/istiod/main.go` is built to.
 * @param objects Those of Kubernetes, Services and pods, are taken here alone.
 * @throws Error when one is refused.
 */
export async function startServingIstiod(
  binary: string,
  objects: readonly KubernetesObject[],
): Promise<ServingIstiod> {
  const istiod = startAskedProcess<Served>([binary, 'serve'], WITHOUT_OWN_FILTERS);
  async function apply(some: readonly KubernetesObject[]): Promise<string> {
    const { address, refused } = await istiod.ask({ objects: some });
    if (refused.length > 0) throw new Error(`Istiod refuses ${JSON.stringify(refused)}`);
    return address;
  }
  return {
    address: await apply(objects),
    apply: async (some) => {
      await apply(some);
    },
    stop: () => istiod.stop(),
  };
}
