import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import { object } from './common-objects.js';
import type { EchoPod } from '../fixtures/istio-echo.js';
import type { KubernetesObject } from '../../routing/objects.js';

const SCENARIO = path.resolve(import.meta.dirname, '../../../../scenarios/echo');
const NAMESPACE = 'echo-grpc';
/** Of the Service. */
const PORT = 7070;

/** An object of the proxyless gRPC document, as it stands there. */
export async function published(file: string): Promise<KubernetesObject> {
  return parse(await readFile(path.join(SCENARIO, file), 'utf8')) as KubernetesObject;
}

/** The document's VirtualService with other weights. */
export async function weighted(v1: number, v2: number): Promise<KubernetesObject> {
  const text = await readFile(path.join(SCENARIO, 'virtual-service.yaml'), 'utf8');
  const changed = text
    .replace('weight: 20', `weight: ${v1}`)
    .replace('weight: 80', `weight: ${v2}`);
  return parse(changed) as KubernetesObject;
}

/**
 * Has the sidecar of pods with these labels listen for the application's callers on an address that needs no
 * redirection.
 */
export function listeningOn(
  bind: string,
  labels: Readonly<Record<string, string>>,
): KubernetesObject {
  return object('networking.istio.io/v1', 'Sidecar', NAMESPACE, 'client', {
    workloadSelector: { labels },
    egress: [
      {
        port: { number: PORT, protocol: 'GRPC', name: 'grpc' },
        bind,
        captureMode: 'NONE',
        hosts: ['./*'],
      },
    ],
  });
}

/** The application's Service, its pods, and where they are. */
export function deployed(pods: readonly EchoPod[]): KubernetesObject[] {
  return [
    object('v1', 'Service', NAMESPACE, 'echo', {
      clusterIP: '10.0.0.70',
      selector: { app: 'echo' },
      ports: [{ name: 'grpc', port: PORT, targetPort: 'grpc', protocol: 'TCP' }],
    }),
    ...pods.map(podObject),
    ...pods.map(sliceOf),
  ];
}

function podObject({ name, namespace, labels, ip, port }: EchoPod): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels },
    spec: {
      serviceAccountName: 'default',
      containers: [
        { name: 'app', ports: [{ name: 'grpc', containerPort: port, protocol: 'TCP' }] },
      ],
    },
    status: {
      phase: 'Running',
      podIP: ip,
      podIPs: [{ ip }],
      conditions: [{ type: 'Ready', status: 'True' }],
    },
  };
}

function sliceOf({ name, namespace, ip, port }: EchoPod): KubernetesObject {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `echo-${name}`, namespace, labels: { 'kubernetes.io/service-name': 'echo' } },
    addressType: 'IPv4',
    ports: [{ name: 'grpc', port, protocol: 'TCP' }],
    endpoints: [
      {
        addresses: [ip],
        conditions: { ready: true, serving: true },
        targetRef: { kind: 'Pod', name, namespace },
      },
    ],
  };
}
