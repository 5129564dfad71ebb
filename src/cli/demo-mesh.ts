import { startBookinfo } from '../mesh/bookinfo/bookinfo.js';
import type { DemoFault } from './demo-fault.js';
import { isOfControlPlane, requireProxylessFault, startProxylessDemo } from './demo-proxyless.js';
import type { GatewayLimits } from '../mesh/gateway-limits.js';
import { type Mesh, startMesh } from '../mesh/mesh.js';
import type { WebOptions } from '../mesh/page-exchange.js';
import type { PodErrors } from '../mesh/pod-errors.js';
import { type MeshRoute, startPathMesh } from '../mesh/path-mesh.js';
import type { Certificate } from '../mesh/certificates.js';
import { podNames, podsOfDeployment } from '../mesh/pod-names.js';
import type { MeshService } from '../mesh/services.js';
import type { SplitBehaviour } from '../mesh/split-pods.js';
import { InputError } from '../input-error.js';

/**
 * What a demo's mesh runs: an application that is called itself, Bookinfo with its reviews, several services
 * behind one gateway, or the echo application without proxies.
 */
export type DemoApplication =
  'greeter' | 'echo' | 'bookinfo' | 'grpc-gateway' | 'grpc-gateway-retries' | 'proxyless';

/** @param isDetail It is of interest to those who look at the mesh alone. */
export type Tell = (text: string, isDetail: boolean) => void;

/** How a mesh is to be started. */
export interface DemoMeshOptions {
  /** What it serves. It is told, and does not read the manifests that the verdict reads. */
  weights: readonly { name: string; weight: number }[];
  /** null: any free one. */
  port: number | null;
  /** Connections are balanced instead of requests. */
  isPinned: boolean;
  /** What is wrong besides; null: nothing. */
  fault: DemoFault | null;
  /** What the Deployments of a version are called; as the application's documents call them when absent. */
  deployment?: (version: string) => string;
  /** Plaintext when absent. */
  tls?: Certificate;
  /** Takes a sentence about the mesh when something happens to it. */
  tell: Tell;
}

/** A mesh that is up. */
export interface DemoMesh {
  /** `host:port` */
  address: string;
  /** Of pods without proxies; absent where there is none. */
  controlPlane?: { address: string };
  close(): Promise<void>;
}

type Versions = { name: string; weight: number; pods: string[] }[];

/** Requests that a drift takes: about as many as are planned. */
const DRIFT_REQUESTS = 3000;
/** How far weights drift to either side, at most. */
const DRIFT_POINTS = 0.2;
const SLOT_MS = 10;
const FAILING_PART = 0.09;
/** Longer than the scenarios ask a certificate to last: a month. */
const DEMO_CERTIFICATE_MS = 30 * 24 * 60 * 60 * 1000;
/** Its number in gRPC. */
const UNAVAILABLE = 14;

/**
 * Starts the mesh of a demo.
 *
 * @throws InputError when the port is taken, or the mesh cannot do what is asked.
 */
export async function startDemoMesh(
  application: DemoApplication,
  { weights, port, isPinned, fault, deployment, tls, tell }: DemoMeshOptions,
): Promise<DemoMesh> {
  const at = { ...(port === null ? {} : { port }), ...(tls === undefined ? {} : { tls }) };
  try {
    if (application === 'proxyless') {
      requireProxylessFault(fault, isPinned);
      const failing = failingOf(versionsOf('echo', weights), fault);
      return await startProxylessDemo({
        ...at,
        weights,
        fault,
        errors: failing === null ? {} : { [failing.version]: failing },
        shift: fault === 'shift' ? shiftOf(versionsOf('echo', weights)) : null,
        tell,
      });
    }
    if (isOfControlPlane(fault)) {
      throw new InputError('no control plane but that of proxyless can have it: drop it', {
        path: '--fault',
      });
    }
    if (application === 'bookinfo') {
      if (isPinned) {
        throw new InputError(
          'the connections to reviews are not balanced by the gateway: drop it',
          {
            path: '--pinned',
          },
        );
      }
      if (fault === 'stale-gateway') {
        throw new InputError(
          'it is not the gateway that splits the calls of reviews: choose another',
          { path: '--fault' },
        );
      }
      const { versions, ...split } = splitOf(versionsOf('reviews', weights), fault);
      const bookinfo = await startBookinfo({ ...at, reviews: versions, ...split });
      const failing = failingOf(versions, fault);
      if (failing !== null) bookinfo.setErrors(failing.version, failing);
      return bookinfo;
    }
    if (application === 'grpc-gateway-retries') {
      return await startRetryingMesh(at, { weights, isPinned, fault });
    }
    if (fault === 'no-retries') {
      throw new InputError('no gateway but that of grpc-gateway-retries tries again: drop it', {
        path: '--fault',
      });
    }
    if (application === 'grpc-gateway') {
      if (isPinned || fault !== null) {
        throw new InputError('several services are split by their weights only: drop it', {
          path: isPinned ? '--pinned' : '--fault',
        });
      }
      return await startPathMesh({ ...at, routes: gatewayRoutes(weights) });
    }
    const split = splitOf(versionsOf(application, weights, deployment), fault);
    const mesh = await startMesh({
      ...at,
      service: application,
      web: PAGES,
      ...split,
      balance: isPinned ? 'per-connection' : 'per-request',
    });
    const failing = failingOf(split.versions, fault);
    if (failing !== null) mesh.setFault(failing.version, { kind: 'errors', ...failing });
    return mesh;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new InputError(`port ${String(port)} is in use: choose another, or none`, {
      path: '--port',
    });
  }
}

/** A part of their calls that all pods fail at first: a gateway that tries them again answers nearly all. */
const FAILING_AT_FIRST = 0.1;

/** Timeouts and retries as the manifests of `scenarios/grpc-gateway` say them. */
const RESILIENCE: GatewayLimits = {
  timeoutMs: 60_000,
  retries: {
    attempts: 3,
    perTryTimeoutMs: 20_000,
    retryOn: ['unavailable', 'resource-exhausted', 'internal'],
  },
  countsAttempts: true,
};

/** A gateway that tries calls again, before pods that fail some of them. */
async function startRetryingMesh(
  at: { port?: number },
  { weights, isPinned, fault }: Pick<DemoMeshOptions, 'weights' | 'isPinned' | 'fault'>,
): Promise<Mesh> {
  if (isPinned || (fault !== null && fault !== 'no-retries')) {
    throw new InputError('what fails here are its pods, and its retries with no-retries: drop it', {
      path: isPinned ? '--pinned' : '--fault',
    });
  }
  const mesh = await startMesh({
    ...at,
    service: 'greeter',
    versions: weights.map(({ name, weight }) => {
      return { name, weight, pods: podNames('grpc-service', name) };
    }),
    limits: fault === 'no-retries' ? { ...RESILIENCE, retries: null } : RESILIENCE,
  });
  for (const { name } of weights) {
    const status = { kind: 'grpc', code: UNAVAILABLE } as const;
    mesh.setFault(name, { kind: 'errors', rate: FAILING_AT_FIRST, isNamed: false, status });
  }
  return mesh;
}

/** Routes by path, of which those of the orders have the weights that are told. */
function gatewayRoutes(orders: DemoMeshOptions['weights']): MeshRoute[] {
  const halves = ['v1', 'v2'].map((name) => ({ name, weight: 50 }));
  const users = [
    { name: 'v1', weight: 80 },
    { name: 'v2', weight: 20 },
  ];
  return [
    { prefix: '/mypackage.UserService', service: 'user', versions: versionsOf('user', users) },
    { prefix: '/mypackage.OrderService', service: 'order', versions: versionsOf('order', orders) },
    { prefix: '/grpc.health.v1.Health', service: 'user', versions: versionsOf('user', halves) },
  ];
}

/** Pages are served as the manifests of `scenarios/grpc-gateway` say it. */
const PAGES: WebOptions = {
  cors: {
    origins: ['https://myapp.example.com'],
    headers: ['content-type', 'grpc-timeout', 'x-grpc-web', 'x-user-agent'],
    exposed: ['grpc-status', 'grpc-message', 'grpc-status-details-bin'],
    maxAgeSeconds: 86_400,
  },
};

/** The versions, with weights that drift where they are to, and how requests are split. */
function splitOf(
  versions: Versions,
  fault: DemoFault | null,
): { versions: Versions } & SplitBehaviour {
  switch (fault) {
    case 'drift': {
      const to = shifted(versions, -DRIFT_POINTS);
      const overRequests = DRIFT_REQUESTS;
      return {
        versions: versions.map((version) => {
          return { ...version, weight: shifted(versions, DRIFT_POINTS)[version.name] ?? 0 };
        }),
        weightChange: { kind: 'drift', to, overRequests },
      };
    }
    case 'clock':
      return { versions, draws: { kind: 'slots', slotMs: SLOT_MS } };
    case 'stale-gateway': {
      const stale = { count: 1, weights: { [endsOf(versions).first.name]: 1 } };
      return { versions, gateways: { count: 8, connections: 'in-turn', stale } };
    }
    default:
      return { versions };
  }
}

/** How far weights are off to either side of a shift, at most. */
const SHIFT_POINTS = 0.15;

/** What is told before a shift and after it; on average it is right. */
function shiftOf(versions: Versions): [Record<string, number>, Record<string, number>] {
  return [shifted(versions, SHIFT_POINTS), shifted(versions, -SHIFT_POINTS)];
}

/** Shares with some moved from the last version to the first, as far as both can. */
function shifted(versions: Versions, part: number): Record<string, number> {
  const { first, last } = endsOf(versions);
  const sum = versions.reduce((total, { weight }) => total + weight, 0);
  const most = Math.min(Math.abs(part), first.weight / sum, last.weight / sum);
  const moved = Math.sign(part) * most;
  return Object.fromEntries(
    versions.map((version) => {
      const more = version === first ? moved : version === last ? -moved : 0;
      return [version.name, version.weight / sum + more];
    }),
  );
}

/** The first and the last version that are given anything. */
function endsOf(versions: Versions): { first: Versions[number]; last: Versions[number] } {
  const served = versions.filter(({ weight }) => weight > 0);
  const [first] = served;
  const last = served.at(-1);
  if (first !== undefined && last !== undefined && first !== last) return { first, last };
  throw new InputError('it takes two versions that are given requests: choose another demo', {
    path: '--fault',
  });
}

function failingOf(
  versions: Versions,
  fault: DemoFault | null,
): ({ version: string } & PodErrors) | null {
  if (fault !== 'failing-canary' && fault !== 'silent-canary') return null;
  const version = endsOf(versions).last.name;
  return { version, rate: FAILING_PART, isNamed: fault === 'failing-canary' };
}

function versionsOf(
  app: MeshService | 'reviews',
  weights: DemoMeshOptions['weights'],
  deployment?: (version: string) => string,
): Versions {
  return weights.map(({ name, weight }) => {
    const pods =
      deployment === undefined ? podNames(app, name) : podsOfDeployment(deployment(name));
    return { name, weight, pods };
  });
}

/** What a client trusts, and what the mesh shows it. */
export interface DemoCertificate {
  /** PEM */
  authority: string;
  own: Certificate;
}

/** A certificate for one host, and the authority that vouches for it; both live as long as the demo. */
export async function demoCertificate(host: string): Promise<DemoCertificate> {
  const { certificateAuthority } = await import('../mesh/certificates.js');
  const authority = await certificateAuthority('splitproof demo authority');
  const own = await authority.issue({
    hosts: [host],
    validFrom: new Date(Date.now() - DEMO_CERTIFICATE_MS),
    validUntil: new Date(Date.now() + DEMO_CERTIFICATE_MS),
  });
  return { authority: authority.cert, own };
}
