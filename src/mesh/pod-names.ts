import { createHash } from 'node:crypto';
import type { MeshService } from './services.js';

/** The letters and digits Kubernetes generates names from: no vowels, nothing read two ways. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** Deployments and first pods as the ASM documents list them. */
const DOCUMENTED: Readonly<Record<string, { hash: string; suffix: string }>> = {
  'grpc-helloworld-py-v1': { hash: '79b5dc9654', suffix: 'cg4dq' },
  'grpc-helloworld-py-v2': { hash: '7f56b49b7f', suffix: '9vvr7' },
  'echo-v1': { hash: 'f76996c45', suffix: 'h7plh' },
  'echo-v2': { hash: '7d76b7969', suffix: 'ltlkp' },
};

/** An application of which the mesh runs pods. */
type MeshApp = MeshService | 'grpc-service' | 'productpage' | 'details' | 'reviews' | 'ratings';

/** Applications whose Deployments are called otherwise. */
const DEPLOYMENT: Readonly<Partial<Record<MeshApp, string>>> = {
  greeter: 'grpc-helloworld-py',
  user: 'user-grpc-service',
  order: 'order-grpc-service',
};

/**
 * Names of the pods of one version's Deployment, always the same for the same arguments:
 * `grpc-helloworld-py-v1-79b5dc9654-cg4dq`.
 *
 * @param replicas How many; at least 1.
 */
export function podNames(app: MeshApp, version: string, replicas = 1): string[] {
  return podsOfDeployment(`${DEPLOYMENT[app] ?? app}-${version}`, replicas);
}

/**
 * Names of the pods of a Deployment, always the same for the same arguments.
 *
 * @param replicas How many; at least 1.
 */
export function podsOfDeployment(deployment: string, replicas = 1): string[] {
  const documented = DOCUMENTED[deployment];
  const hash = documented?.hash ?? generated(deployment, 10);
  return Array.from({ length: replicas }, (_, index) => {
    const suffix =
      index === 0 && documented ? documented.suffix : generated(`${deployment} ${index}`, 5);
    return `${deployment}-${hash}-${suffix}`;
  });
}

function generated(seed: string, length: number): string {
  const digest = createHash('sha256').update(seed).digest();
  return Array.from(digest.subarray(0, length), (byte) =>
    ALPHABET.charAt(byte % ALPHABET.length),
  ).join('');
}
