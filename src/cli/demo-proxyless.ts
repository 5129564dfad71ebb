import { counted, digits } from '../number-text.js';
import { InputError } from '../input-error.js';
import { podNames } from '../mesh/pod-names.js';
import { type ProxylessMesh, startProxylessMesh } from '../mesh/proxyless/proxyless-mesh.js';
import { xdsLibrary } from '../mesh/proxyless/xds-library.js';
import type { ControlPlaneEvent } from '../mesh/xds/control-plane.js';
import type { PodErrors } from '../mesh/pod-errors.js';
import { type DemoFault, PROXYLESS_FAULTS, type ProxylessFault } from './demo-fault.js';

export interface ProxylessDemoOptions {
  /** What the control plane tells. It is told, and does not read the manifests that the verdict reads. */
  weights: readonly { name: string; weight: number }[];
  /** Of the pod that is asked to send; absent: any free one. */
  port?: number;
  fault: DemoFault | null;
  /** Calls that some pods fail, by version. */
  errors: Readonly<Partial<Record<string, PodErrors>>>;
  /** What is told halfway where the weights shift: what is told at first, and then. */
  shift: readonly [Readonly<Record<string, number>>, Readonly<Record<string, number>>] | null;
  /** Told what a person should know of the control plane, when it happens. */
  tell: (text: string, isDetail: boolean) => void;
}

/** Requests of half a run of the scenario: 227 calls of 10. */
const HALF = 1135;

/** @throws InputError when a package is missing, or the mesh cannot do what is asked. */
export async function startProxylessDemo(options: ProxylessDemoOptions): Promise<ProxylessMesh> {
  const { weights, port, fault, errors, shift, tell } = options;
  // Nothing is started that could not be called.
  await xdsLibrary();
  const [first, then] = shift ?? [];
  const mesh = await startProxylessMesh({
    versions: weights.map(({ name, weight }) => {
      return { name, weight: first?.[name] ?? weight, pods: podNames('echo', name) };
    }),
    ...(port === undefined ? {} : { port }),
    errors,
    onEvent: (event) => {
      if (event.event === 'refused') tell(refusalText(event), false);
      if (event.event === 'accepted') tell(acceptedText(event), true);
    },
    onServed: (requests) => {
      if (then !== undefined && requests === HALF) {
        mesh.setWeights(then);
        tell(
          `the control plane tells ${sharesText(then)} after ${counted(requests, 'request')}`,
          false,
        );
      }
      if (fault === 'away') goAndComeBack(mesh, requests, tell);
    },
  });
  const spoilt = /^(missing|invalid)-([lrce]ds)$/.exec(fault ?? '');
  if (spoilt !== null) {
    const [, what, kind] = spoilt as unknown as [string, 'missing' | 'invalid', 'lds'];
    mesh.controlPlane.setFault(kind, what);
    tell(`what the control plane tells is ${what}: all of ${kind.toUpperCase()}`, false);
  }
  return mesh;
}

function goAndComeBack(
  mesh: ProxylessMesh,
  requests: number,
  tell: ProxylessDemoOptions['tell'],
): void {
  if (requests === Math.round(HALF / 2)) {
    tell(`the control plane is away after ${counted(requests, 'request')}`, false);
    void mesh.controlPlane.stop();
  } else if (requests === HALF) {
    tell(`the control plane is back after ${counted(requests, 'request')}`, false);
    void mesh.controlPlane.start();
  }
}

/** @throws InputError for what there is not without a gateway. */
export function requireProxylessFault(fault: DemoFault | null, isPinned: boolean): void {
  const canBe: readonly string[] = [...PROXYLESS_FAULTS, 'failing-canary', 'silent-canary'];
  if (isPinned) {
    throw new InputError('there is no gateway that could balance connections: drop it', {
      path: '--pinned',
    });
  }
  if (fault === null || canBe.includes(fault)) return;
  throw new InputError(`there is no gateway to have it: choose one of ${canBe.join(', ')}`, {
    path: '--fault',
  });
}

/** Calls that show what becomes of them where none can be answered: each waits for 5 s. */
const FEW_CALLS = 16;

/** How many calls are enough to see a fault; null: as many as a verdict takes. */
export function callsToSee(fault: DemoFault | null): number | null {
  return fault !== null && /^(?:missing|invalid)-/.test(fault) ? FEW_CALLS : null;
}

/** Whether only a control plane can have it. */
export function isOfControlPlane(fault: DemoFault | null): fault is ProxylessFault {
  return (PROXYLESS_FAULTS as readonly (string | null)[]).includes(fault);
}

function sharesText(shares: Readonly<Record<string, number>>): string {
  return Object.entries(shares)
    .map(([name, share]) => `${name} ${digits(share * 100)} %`)
    .join(', ');
}

function refusalText(event: ControlPlaneEvent & { event: 'refused' }): string {
  return `${podOf(event)} refuses version ${event.version} of ${event.kind.toUpperCase()}: ${event.reason}`;
}

function acceptedText(event: ControlPlaneEvent & { event: 'accepted' }): string {
  return `${podOf(event)} accepts version ${event.version} of ${event.kind.toUpperCase()}`;
}

/** A client's pod, by the id of its node; others are called as they call themselves. */
function podOf({ node }: ControlPlaneEvent): string {
  return node.split('~')[2]?.split('.')[0] ?? node;
}
