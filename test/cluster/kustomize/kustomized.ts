import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { stringify } from 'yaml';
import { ROOT } from '../../fixtures/command.js';
import { run } from '../../package/installed-package.js';
import type { ClusterObject } from '../fixtures/cluster.js';
import { objectsOf } from '../fixtures/manifest-files.js';

const BINARY = path.join(ROOT, '.parts/kustomize');

/**
 * What kustomize makes of a user's kustomization that takes these folders of the project.
 *
 * @throws Error with what it said.
 */
export async function kustomized(
  resources: readonly string[],
  components: readonly string[],
): Promise<ClusterObject[]> {
  // Beside the folders, which are named from it: kustomize takes no absolute path.
  const folder = await mkdtemp(path.join(ROOT, 'dist', 'kustomization-'));
  const from = (names: readonly string[]): string[] => names.map((name) => `../../${name}`);
  try {
    await writeFile(
      path.join(folder, 'kustomization.yaml'),
      stringify({
        apiVersion: 'kustomize.config.k8s.io/v1beta1',
        kind: 'Kustomization',
        resources: from(resources),
        components: from(components),
      }),
    );
    const { status, stdout, stderr } = await run(BINARY, [folder], folder);
    if (status !== 0) throw new Error(stderr);
    return objectsOf(stdout);
  } finally {
    await rm(folder, { recursive: true });
  }
}
