import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Mesh } from '../../src/mesh/mesh.js';
import { startGreeterMesh } from '../fixtures/greeter-mesh.js';
import { recordOf, splitproof } from '../fixtures/command.js';

const PODS = String.raw`grpc-helloworld-py-v\d-(\w+)-`;

function service(name: string): string {
  return `
---
apiVersion: v1
kind: Service
metadata: {name: ${name}}
spec: {ports: [{port: 8080, name: grpc}], selector: {app: ${name}}}`;
}

/** Behind a gateway of every host, 60 to 40. */
function route(stable: string, canary: string): string {
  return `
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: edge}
spec:
  selector: {istio: ingressgateway}
  servers: [{port: {number: 8080, name: grpc, protocol: GRPC}, hosts: ['*']}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: greeter}
spec:
  gateways: [edge]
  hosts: ['*']
  http:
  - name: primary
    route:
    - destination: {host: ${stable}}
      weight: 60
    - destination: {host: ${canary}}
      weight: 40`;
}

const ROLLOUT = `
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: greeter}
spec:
  selector: {matchLabels: {app: greeter}}
  template:
    metadata: {labels: {app: greeter}}
    spec: {containers: [{name: greeter, image: greeter:2}]}
  strategy:
    canary:
      canaryService: greeter-new
      stableService: greeter-old
      trafficRouting: {istio: {virtualService: {name: greeter, routes: [primary]}}}
      steps: [{setWeight: 40}, {pause: {}}]`;

const FLAGGER = `
apiVersion: flagger.app/v1beta1
kind: Canary
metadata: {name: greeter}
spec:
  provider: istio
  targetRef: {apiVersion: apps/v1, kind: Deployment, name: greeter}
  service: {port: 8080, gateways: [edge], hosts: ['*']}
  analysis: {interval: 1m, threshold: 5, stepWeight: 10, maxWeight: 50}`;

function ingress(name: string, to: string, annotations: string): string {
  return `
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: ${name}
  annotations: {nginx.ingress.kubernetes.io/backend-protocol: GRPC${annotations}}
spec:
  ingressClassName: nginx
  rules:
  - host: greeter.example.com
    http:
      paths:
      - path: /
        pathType: Prefix
        backend: {service: {name: ${to}, port: {number: 8080}}}`;
}

const CANARY_40 =
  ", nginx.ingress.kubernetes.io/canary: 'true', nginx.ingress.kubernetes.io/canary-weight: '40'";
const INGRESSES = ingress('old', 'old', '') + ingress('new', 'new', CANARY_40);

/** Each: whose objects they are, the objects, and the destinations that they call stable and canary. */
const TELLING: readonly { what: string; objects: string; stable: string; canary: string }[] = [
  {
    what: 'a Rollout',
    objects: ROLLOUT + route('greeter-old', 'greeter-new'),
    stable: 'greeter-old',
    canary: 'greeter-new',
  },
  {
    what: 'a Flagger Canary',
    objects: FLAGGER + route('greeter-primary', 'greeter-canary'),
    stable: 'greeter-primary',
    canary: 'greeter-canary',
  },
  { what: 'a canary Ingress', objects: INGRESSES, stable: 'old', canary: 'new' },
];

describe('--compare-destinations auto', () => {
  let mesh: Mesh;
  before(async () => {
    mesh = await startGreeterMesh();
  });
  after(() => mesh.close());

  for (const { what, objects, stable, canary } of TELLING) {
    it(`takes the stable and the new one from ${what}`, async () => {
      const stdin = objects + service(stable) + service(canary);
      const { record } = await recordOf(
        [
          ...['verify', `http://${mesh.address}`, 'helloworld.Greeter/SayHello', '-f', '-'],
          ...['--identity', PODS, '-n', '200', '--authority', 'greeter.example.com'],
          ...['--identity-map', `79b5dc9654=${stable},7f56b49b7f=${canary}`],
          ...['--compare-destinations', 'auto'],
        ],
        { stdin },
      );
      assert.equal(record.calls[0]!.split!.n, 200);
      const [comparison] = record.comparisons;
      assert.deepEqual(
        { candidate: comparison?.candidate, baseline: comparison?.baseline },
        { candidate: canary, baseline: stable },
      );
    });
  }

  it('asks for two names where nothing says which is new', async () => {
    const stdin = service('old') + service('new') + route('old', 'new');
    const words = ['verify', `http://${mesh.address}`, 'helloworld.Greeter/SayHello', '-f', '-'];
    const { status, stderr } = await splitproof(
      [...words, '--gateway-port', '8080', '--compare-destinations', 'auto'],
      { stdin },
    );
    assert.equal(status, 2);
    assert.match(stderr, /--compare-destinations: no Rollout, Canary or canary Ingress says which/);
  });
});
