import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  apiGateway,
  backends,
  deployment,
  gateway,
  http,
  httpRoute,
  type KubernetesObject,
  listener,
  manifestsOf,
  service,
  to,
  virtualService,
} from './objects.js';
import { forwardedBy, request } from './request.js';

function podsOf(...objects: readonly KubernetesObject[]): string | null {
  const { gatewayPods } = forwardedBy(manifestsOf(objects), request());
  return gatewayPods === null ? null : `-n ${gatewayPods.namespace} -l ${gatewayPods.selector}`;
}

const ROUTE = virtualService([to('greeter')]);
const GATEWAY = gateway([http(8080)]);
const own = gateway([http(8080)], { selector: { app: 'edge', tier: 'front' } });

describe('where a gateway’s own pods are', () => {
  const cases: [what: string, pods: string | null, objects: KubernetesObject[]][] = [
    ['Istio’s usual one', '-n istio-system -l istio=ingressgateway', [GATEWAY, ROUTE]],
    ['not known, so Istio’s usual one', '-n istio-system -l istio=ingressgateway', [ROUTE]],
    ['one of the user’s', '-n default -l app=edge,tier=front', [own, ROUTE]],
    [
      'one that the manifests show',
      '-n edge -l app=edge,tier=front',
      [
        own,
        ROUTE,
        deployment('edge', { app: 'edge', tier: 'front', x: 'y' }, { namespace: 'edge' }),
      ],
    ],
    [
      'one that a Service of the manifests selects',
      '-n edge -l app=edge,tier=front',
      [own, ROUTE, service('edge', { app: 'edge', tier: 'front' }, { namespace: 'edge' })],
    ],
    [
      'of Istio’s Gateway API',
      '-n default -l gateway.networking.k8s.io/gateway-name=gw',
      [apiGateway([listener(8080)]), httpRoute([backends({ a: 1 })])],
    ],
    [
      'of a sidecar: none',
      null,
      [virtualService([to('greeter')], { gateways: ['mesh'], hosts: ['greeter'] })],
    ],
  ];
  for (const [what, pods, objects] of cases) {
    it(what, () => {
      assert.equal(podsOf(...objects), pods);
    });
  }

  it('of Envoy Gateway', () => {
    const gw = apiGateway([listener(8080)]);
    const spec = { ...(gw.spec as object), gatewayClassName: 'eg' };
    assert.equal(
      podsOf({ ...gw, spec }, httpRoute([backends({ a: 1 })])),
      '-n envoy-gateway-system -l gateway.envoyproxy.io/owning-gateway-name=gw',
    );
  });
});
