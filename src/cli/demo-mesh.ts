import { type Bookinfo, startBookinfo } from '../mesh/bookinfo/bookinfo.js';
import { type Mesh, startMesh } from '../mesh/mesh.js';
import { podNames } from '../mesh/pod-names.js';
import type { MeshService } from '../mesh/services.js';
import { InputError } from '../input-error.js';

/** What a demo's mesh runs: an application that is called itself, or Bookinfo with its reviews. */
export type DemoApplication = MeshService | 'bookinfo';

/** How a mesh is to be started. */
export interface DemoMeshOptions {
  /** What it serves. It is told, and does not read the manifests that the verdict reads. */
  weights: readonly { name: string; weight: number }[];
  /** null: any free one. */
  port: number | null;
  /** Connections are balanced instead of requests. */
  isPinned: boolean;
}

/**
 * Starts the mesh of a demo.
 *
 * @throws InputError when the port is taken, or the mesh cannot do what is asked.
 */
export async function startDemoMesh(
  application: DemoApplication,
  { weights, port, isPinned }: DemoMeshOptions,
): Promise<Mesh | Bookinfo> {
  const at = port === null ? {} : { port };
  try {
    if (application === 'bookinfo') {
      if (isPinned) {
        throw new InputError(
          'the connections to reviews are not balanced by the gateway: drop it',
          {
            path: '--pinned',
          },
        );
      }
      return await startBookinfo({ ...at, reviews: versionsOf('reviews', weights) });
    }
    return await startMesh({
      ...at,
      service: application,
      versions: versionsOf(application, weights),
      balance: isPinned ? 'per-connection' : 'per-request',
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new InputError(`port ${String(port)} is in use: choose another, or none`, {
      path: '--port',
    });
  }
}

function versionsOf(
  app: MeshService | 'reviews',
  weights: DemoMeshOptions['weights'],
): { name: string; weight: number; pods: string[] }[] {
  return weights.map(({ name, weight }) => ({ name, weight, pods: podNames(app, name) }));
}
