import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { documents, expectationOf } from './request.js';

const SERVICE = `apiVersion: v1
kind: Service
metadata: { name: greeter }
spec:
  selector: { app: greeter }
  ports:
    - { name: http-api, port: 50051 }
    - { name: admin, port: 9000 }`;
const PODS = `apiVersion: apps/v1
kind: Deployment
metadata: { name: greeter }
spec:
  selector: { matchLabels: { app: greeter } }
  template: { metadata: { labels: { app: greeter } }, spec: { containers: [{ name: a, image: a }] } }`;
const VIRTUAL_SERVICE = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: vs }
spec:
  hosts: [grpc.example.com]
  gateways: [gw]
  http:
    - timeout: 15s
      route: [{ destination: { host: greeter, port: { number: 50051 } } }]`;
const GATEWAY = `apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: gw }
spec:
  selector: { istio: ingressgateway }
  servers:
    - port: { number: 80, name: http2, protocol: HTTP2 }
      hosts: ["*"]
    - port:
        number: 443
        name: https
        protocol: HTTPS
      hosts: ["grpc.example.com", "*.b.com"]
      tls:
        mode: SIMPLE
        credentialName: greeter-cert
        minProtocolVersion: TLSV1_2`;

function rule(...policy: string[]): string {
  return `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: dr }
spec:
  host: greeter
  trafficPolicy:
${policy.map((line) => `    ${line}`).join('\n')}`;
}

/** `kind at line: text` of each setting; lines are those of the one text, from its beginning. */
function settingsOf(
  texts: readonly string[],
  changes: Parameters<typeof expectationOf>[1],
): string[] {
  const { settings } = expectationOf(documents(...texts), {
    ...{ authority: 'grpc.example.com', targetPort: 80 },
    ...changes,
  });
  return settings.map(({ kind, text, place }) => `${kind} at ${place.line}: ${text}`);
}

/** Lines before a document that stands after others. */
function linesOf(...texts: readonly string[]): number {
  return documents(...texts, '').split('\n').length - 1;
}

describe('what settles how the hops of a request are spoken on', () => {
  it('is the server that takes it, its rule, and the port of the Service', () => {
    const before = linesOf(GATEWAY);
    assert.deepEqual(settingsOf([GATEWAY, VIRTUAL_SERVICE, SERVICE, PODS], {}), [
      'gateway-protocol at 7: protocol: HTTP2',
      'gateway-hosts at 8: hosts: *',
      `route-timeout at ${before + 8}: timeout: 15s`,
      `service-port at ${linesOf(GATEWAY, VIRTUAL_SERVICE) + 7}: port 50051 named http-api`,
    ]);
    const secured = settingsOf([GATEWAY, VIRTUAL_SERVICE, SERVICE, PODS], {
      ...{ scheme: 'https', targetPort: 443, serverName: 'grpc.example.com' },
    });
    assert.deepEqual(secured.slice(0, 6), [
      'gateway-protocol at 12: protocol: HTTPS',
      'gateway-tls-mode at 15: mode: SIMPLE',
      'gateway-certificate at 16: credentialName: greeter-cert',
      'gateway-tls-versions at 17: minProtocolVersion: TLSV1_2',
      'gateway-ciphers at 14: tls',
      'gateway-hosts at 13: hosts: grpc.example.com, *.b.com',
    ]);
  });

  it('is what the DestinationRule says, a port before all of them', () => {
    const policies: [policy: string[], settings: string[]][] = [
      [
        ['connectionPool: { http: { h2UpgradePolicy: UPGRADE } }', 'tls: { mode: DISABLE }'],
        [
          'upstream-version at 7: h2UpgradePolicy: UPGRADE',
          'connection-pool at 7: http',
          'upstream-tls at 8: mode: DISABLE',
        ],
      ],
      [
        ['connectionPool:', '  http:', '    useClientProtocol: true'],
        ['upstream-version at 9: useClientProtocol: true', 'connection-pool at 8: http'],
      ],
      [['connectionPool: { tcp: { maxConnections: 2 } }'], ['connection-pool at 7: tcp']],
      [
        [
          'connectionPool: { http: { h2UpgradePolicy: UPGRADE } }',
          'portLevelSettings:',
          '  - port: { number: 50051 }',
          '    connectionPool: { http: { h2UpgradePolicy: DO_NOT_UPGRADE } }',
          '    tls: { mode: SIMPLE }',
        ],
        ['connection-pool at 10: http', 'upstream-tls at 11: mode: SIMPLE'],
      ],
      [['portLevelSettings:', '  - port: { number: 9000 }', '    tls: { mode: SIMPLE }'], []],
      // Nothing is inherited beside the settings of a port.
      [
        [
          'connectionPool: { http: { h2UpgradePolicy: UPGRADE } }',
          'portLevelSettings:',
          '  - port: { number: 50051 }',
          '    tls: { mode: SIMPLE }',
        ],
        ['upstream-tls at 10: mode: SIMPLE'],
      ],
    ];
    for (const [policy, wanted] of policies) {
      const all = settingsOf([rule(...policy), GATEWAY, VIRTUAL_SERVICE, SERVICE, PODS], {});
      assert.deepEqual(
        all.filter((text) => /^(?:upstream|connection)-/.test(text)),
        wanted,
      );
    }
  });

  it('is the listener and the rule of the Gateway API', () => {
    const gateway = `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: gw }
spec:
  gatewayClassName: istio
  listeners:
    - name: https
      port: 443
      protocol: HTTPS
      hostname: grpc.example.com
      tls: { certificateRefs: [{ name: greeter-cert }] }`;
    const route = `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: greeter }
spec:
  parentRefs: [{ name: gw }]
  rules:
    - backendRefs: [{ name: greeter, port: 50051 }]`;
    const settings = settingsOf([gateway, route, SERVICE, PODS], {
      ...{ scheme: 'https', targetPort: 443, serverName: 'grpc.example.com' },
    });
    assert.deepEqual(settings, [
      'gateway-protocol at 9: protocol: HTTPS',
      'gateway-tls-mode at 11: tls',
      'gateway-certificate at 11: certificateRefs',
      'gateway-tls-versions at 11: tls',
      'gateway-ciphers at 11: tls',
      'gateway-hosts at 10: hostname: grpc.example.com',
      `route-timeout at ${linesOf(gateway) + 7}: the rule`,
      `service-port at ${linesOf(gateway, route) + 7}: port 50051 named http-api`,
    ]);
  });

  it('is nothing of a Gateway that is not among the manifests', () => {
    const settings = settingsOf([VIRTUAL_SERVICE, SERVICE, PODS], {});
    assert.ok(!settings.some((text) => text.startsWith('gateway-')), settings.join());
  });
});
