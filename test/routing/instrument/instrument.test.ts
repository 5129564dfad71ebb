import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { InputError } from '../../../src/input-error.js';
import {
  type Instrument,
  type InstrumentedObject,
  instrumentedObject,
} from '../../../src/routing/instrument/instrument.js';
import { mergeManifests } from '../../../src/routing/manifest-set.js';
import { parseManifests } from '../../../src/routing/parse-manifests.js';
import type { RouteRequest } from '../../../src/routing/request.js';
import { documents, request } from '../request.js';

const DATA = path.resolve(import.meta.dirname, '../../../../test/data/identity');
const ISTIO =
  'host=%UPSTREAM_HOST% workload=%UPSTREAM_METADATA(istio:workload)% peer=%RESP(x-envoy-peer-metadata-id)%';

const GATEWAY = `apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: gw, namespace: default}
spec:
  selector: {istio: ingressgateway}
  servers: [{port: {number: 8080, name: http, protocol: HTTP}, hosts: ['*']}]
`;
const VIRTUAL_SERVICE = `# who may change this
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: vs, namespace: default}
spec:
  hosts: ['*']
  gateways: [gw]
  http:
    # everybody
    - route:
        - destination: {host: a}   # the old one
          weight: 60
        - destination: {host: b}
          weight: 40
      timeout: 2s
`;

function put(
  text: string,
  more: {
    beside?: readonly string[];
    asked?: Partial<RouteRequest>;
    by?: Instrument;
    undo?: boolean;
  } = {},
): InstrumentedObject {
  const { beside = [GATEWAY], asked = {}, by = 'header', undo = false } = more;
  const sets = [text, ...beside].map((each, at) => parseManifests(each, `file-${at}.yaml`));
  return instrumentedObject(mergeManifests(sets), request(asked), by, undo);
}

/** What an InputError says. */
function refused(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof InputError, String(error));
    return error.message;
  }
  return assert.fail('nothing was wrong');
}

function said({ notes }: InstrumentedObject): string {
  return notes.join('\n');
}

describe('the header on a VirtualService', () => {
  it('stands on the rule that takes the request, in the style of the file', () => {
    const { text, summary, notes } = put(VIRTUAL_SERVICE);
    const lines = [
      '      headers:',
      '        response:',
      '          set:',
      `            x-splitproof: "${ISTIO}"`,
    ];
    const before = '          weight: 40\n';
    assert.equal(text, VIRTUAL_SERVICE.replace(before, `${before}${lines.join('\n')}\n`));
    assert.equal(
      summary,
      'x-splitproof set on http[0] of VirtualService default/vs (file-0.yaml:2)',
    );
    for (const about of [
      /SYNCED/,
      /every client .* addresses of pods/,
      /can-i patch virtualservices/,
    ])
      assert.match(notes.join('\n'), about);
  });

  it('stands on the second rule where that is taken, and in its document alone', () => {
    const other = VIRTUAL_SERVICE.replace(
      '    - route:',
      '    - match: [{uri: {exact: /x}}]\n      route: [{destination: {host: c}}]\n    - route:',
    );
    const { text } = put(documents(GATEWAY, other), { beside: [] });
    const object = parse(text) as { kind: string; spec: { http: { headers?: object }[] } };
    assert.equal(object.kind, 'VirtualService');
    assert.deepEqual(
      object.spec.http.map(({ headers }) => headers !== undefined),
      [false, true],
    );
    assert.ok(text.startsWith('# who may change this\n'));
  });

  it('stands in the delegate where the rule is there', () => {
    const root = VIRTUAL_SERVICE.replace(
      /- route:[^]*/,
      '- match: [{uri: {prefix: /}}]\n      delegate: {name: leaf}\n',
    );
    const leaf = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: leaf, namespace: default}
spec:
  http:
  - {route: [{destination: {host: a}}]}
`;
    const { text, summary } = put(root, { beside: [GATEWAY, leaf] });
    assert.match(summary, /VirtualService default\/leaf/);
    assert.equal(
      text,
      leaf.replace('{route', `{headers: {response: {set: {x-splitproof: "${ISTIO}"}}}, route`),
    );
  });

  it('is not put where the rule, or one of its destinations, has it already', () => {
    const own = VIRTUAL_SERVICE.replace(
      '      timeout',
      '      headers: {response: {set: {X-Splitproof: mine}}}\n      timeout',
    );
    assert.equal(put(own).text, own);
    assert.match(put(own).summary, /has the header x-splitproof already: printed as it is/);
    const byDestination = VIRTUAL_SERVICE.replace(
      '          weight: 60',
      '          headers: {response: {set: {x-splitproof: v1}}}\n          weight: 60',
    );
    for (const undo of [false, true]) {
      assert.equal(put(byDestination, { undo }).text, byDestination);
      assert.match(put(byDestination, { undo }).summary, /destinations of http\[0\] .* themselves/);
    }
  });

  it('is taken away with the blocks that hold nothing then, also where others put it', () => {
    const byHand = VIRTUAL_SERVICE.replace(
      '    - route:',
      '    - headers:\n        response:\n          set:\n            x-splitproof: "%UPSTREAM_HOST%"\n      route:',
    );
    assert.equal(put(byHand, { undo: true }).text, VIRTUAL_SERVICE);
    const beside = VIRTUAL_SERVICE.replace(
      '      timeout',
      '      headers:\n        response:\n          set:\n            x-splitproof: a\n            x-other: b\n      timeout',
    );
    assert.equal(
      put(beside, { undo: true }).text,
      beside.replace('            x-splitproof: a\n', ''),
    );
    assert.equal(put(VIRTUAL_SERVICE, { undo: true }).text, VIRTUAL_SERVICE);
    assert.match(put(VIRTUAL_SERVICE, { undo: true }).summary, /has no header x-splitproof/);
  });

  it('is in an object that the API knows every field of', () => {
    const { text } = put(VIRTUAL_SERVICE);
    assert.deepEqual(parseManifests(text, 'test.yaml').findings, []);
  });

  it('has the form of a lone JSON object, pretty or not', () => {
    const object = parse(VIRTUAL_SERVICE) as { spec: { http: Record<string, unknown>[] } };
    const pretty = `${JSON.stringify(object, null, 4)}\n`;
    const { text } = put(pretty);
    const headers = { response: { set: { 'x-splitproof': ISTIO } } };
    const [rule] = object.spec.http;
    const expected = { ...object, spec: { ...object.spec, http: [{ headers, ...rule }] } };
    assert.equal(text, `${JSON.stringify(expected, null, 4)}\n`);
    assert.equal(put(JSON.stringify(object)).text, JSON.stringify(expected));
  });
});

describe('an object as kubectl prints it', () => {
  const item = (version: string): string => `- apiVersion: networking.istio.io/v1
  kind: VirtualService
  metadata:
    annotations:
      text: |
        one

          two
    name: vs
    namespace: default
    resourceVersion: "${version}"
  spec:
    gateways:
    - gw
    hosts:
    - '*'
    http:
    - route:
      - destination:
          host: a
`;
  const LIST = `apiVersion: v1\nitems:\n${item('77')}kind: List\nmetadata:\n  resourceVersion: ""\n`;

  it('is printed by itself out of its List, with its version as a lock', () => {
    const { text, notes } = put(LIST);
    const alone = item('77').replace(/^[- ] /gm, '');
    const lines = ['  headers:', '    response:', '      set:', `        x-splitproof: "${ISTIO}"`];
    assert.equal(text, `${alone}${lines.map((line) => `  ${line}\n`).join('')}`);
    assert.match(notes.join('\n'), /resourceVersion 77 stays in it, .* refused \(Conflict\)/);
    assert.doesNotMatch(notes.join('\n'), /weights to those of this file/);
  });

  it('without a version says that older weights would come back', () => {
    assert.match(
      said(put(VIRTUAL_SERVICE)),
      /kubectl get virtualservices\.networking\.istio\.io vs -n default -o yaml/,
    );
  });

  it('names what kubectl needs besides', () => {
    const managed = LIST.replace('    name: vs', '    managedFields: []\n    name: vs');
    assert.match(said(put(managed)), /--server-side refuses/);
    const unplaced = VIRTUAL_SERVICE.replace(', namespace: default', '');
    assert.match(said(put(unplaced)), /kubectl apply -n default -f -/);
    const typed = LIST.replace(
      '- apiVersion: networking.istio.io/v1\n  kind: VirtualService',
      '- # item',
    )
      .replace('apiVersion: v1', 'apiVersion: networking.istio.io/v1')
      .replace('kind: List', 'kind: VirtualServiceList');
    assert.match(
      refused(() => put(typed)),
      /kind and apiVersion/,
    );
  });
});

describe('texts that cannot be changed safely', () => {
  const rules = (text: string): string => VIRTUAL_SERVICE.replace(/ {4}# everybody[^]*/, text);

  for (const [what, text, reason] of [
    ['a rule is an alias', 'x: &r {route: [{destination: {host: a}}]}\n', /alias/],
    ['a field holds nothing', '', /headers is there, and holds nothing/],
    ['headers come from a merge key', '', /merge keys/],
    ['the rule is used twice', '', /anchors/],
  ] as const)
    it(what, () => {
      const made: Record<string, string> = {
        'a rule is an alias': `    - *r\n${text}`,
        'a field holds nothing': '    - headers:\n      route: [{destination: {host: a}}]\n',
        'headers come from a merge key':
          '    - match: [{uri: {exact: /x}}]\n      <<: &base {headers: {request: {set: {x-a: b}}}}\n      route: [{destination: {host: a}}]\n    - <<: *base\n      route: [{destination: {host: a}}]\n',
        'the rule is used twice': '    - &r\n      route: [{destination: {host: a}}]\n    - *r\n',
      };
      const whole =
        what === 'a rule is an alias' ? `${text}${rules('    - *r\n')}` : rules(made[what]!);
      const message = refused(() => put(whole));
      assert.match(message, reason);
      assert.match(message, /by hand, x-splitproof: host=/);
      assert.match(message, /^file-0\.yaml:\d+/);
    });
});

describe('the header on a route of the Gateway API', () => {
  const apiGateway = (className: string): string => `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: gw, namespace: default}
spec:
  gatewayClassName: ${className}
  listeners: [{name: http, port: 8080, protocol: HTTP}]
`;
  const classOf = (name: string, controllerName: string): string =>
    JSON.stringify({
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'GatewayClass',
      metadata: { name },
      spec: { controllerName },
    });
  const ROUTE = `apiVersion: gateway.networking.k8s.io/v1
kind: GRPCRoute
metadata:
  name: route
  namespace: default
spec:
  parentRefs:
    - name: gw
  rules:
    - backendRefs:
        - {name: a, port: 80, weight: 60}
        - {name: b, port: 80, weight: 40}
`;
  const services = ['a', 'b'].map((name) =>
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace: 'default' },
      spec: { ports: [{ port: 80 }] },
    }),
  );

  const filter = (value: string): string => `      filters:
        - type: ResponseHeaderModifier
          responseHeaderModifier:
            set:
              - name: x-splitproof
                value: "${value}"
`;

  for (const [who, beside, value, notes] of [
    ['Istio, by the name of the class', [apiGateway('istio')], ISTIO, /Istio's gateway .*SYNCED/s],
    [
      'Istio, by the controller',
      [apiGateway('mine'), classOf('mine', 'istio.io/gateway-controller')],
      ISTIO,
      /by the controller istio\.io/,
    ],
    [
      'Envoy Gateway, by the controller',
      [apiGateway('x'), classOf('x', 'gateway.envoyproxy.io/gatewayclass-controller')],
      'host=%UPSTREAM_HOST%',
      /never put it on a backendRef .* Envoy Gateway splits/,
    ],
    ['another', [apiGateway('nginx')], 'host=%UPSTREAM_HOST%', /not known whose proxy .*Contour/],
    ['nobody that is known', [], 'host=%UPSTREAM_HOST%', /not among the manifests/],
  ] as const)
    it(`has what the proxy of ${who} fills in`, () => {
      const object = put(ROUTE, { beside: [...beside, ...services] });
      assert.equal(object.text, `${ROUTE}${filter(value)}`);
      assert.match(said(object), notes);
      assert.deepEqual(parseManifests(object.text, 'test.yaml').findings, []);
    });

  it('goes into the one filter of its type that a rule may have', () => {
    const own = `${ROUTE}      filters:
        - type: ResponseHeaderModifier
          responseHeaderModifier: {add: [{name: x-a, value: b}]}
`;
    const beside = [apiGateway('eg'), ...services];
    const { text } = put(own, { beside });
    const added = 'set: [{name: x-splitproof, value: "host=%UPSTREAM_HOST%"}], ';
    assert.equal(text, own.replace('{add', `{${added}add`));
    assert.equal(put(text, { beside, undo: true }).text, own);
  });
});

describe('what no header can be put on', () => {
  it('rules that answer themselves, and requests that take none', () => {
    const redirect = VIRTUAL_SERVICE.replace(/- route:[^]*/, '- redirect: {authority: x}\n');
    assert.match(
      refused(() => put(redirect)),
      /answers the request itself/,
    );
    const elsewhere = VIRTUAL_SERVICE.replace("hosts: ['*']", 'hosts: [x.example.com]');
    assert.match(
      refused(() => put(elsewhere)),
      /host/,
    );
  });

  it('ingress-nginx, whose log is offered', () => {
    const ingress = `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop, namespace: default}
spec:
  ingressClassName: nginx
  rules: [{http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: a, port: {number: 80}}}}]}}]
`;
    for (const by of ['header', 'envoyfilter', 'telemetry'] as const)
      assert.match(
        refused(() => put(ingress, { beside: [], by })),
        /--identity access-log:-/,
      );
  });

  it('proxyless clients', () => {
    const own = VIRTUAL_SERVICE.replace("['*']", '[a]').replace('[gw]', '[mesh]');
    const service =
      'apiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: default}\nspec: {ports: [{port: 80}]}\n';
    const asked = { via: { kind: 'proxyless' }, authority: 'a:80' } as const;
    for (const by of ['header', 'envoyfilter', 'telemetry'] as const)
      assert.match(
        refused(() => put(own, { beside: [service], asked, by })),
        /proxyless client/,
      );
    const mesh = { ...asked, via: { kind: 'mesh' } } as const;
    assert.match(put(own, { beside: [service], asked: mesh }).text, /x-splitproof/);
    assert.match(
      refused(() => put(own, { beside: [service], asked: mesh, by: 'envoyfilter' })),
      /sidecar: put the header on the rule/,
    );
  });

  it('a service that no route names', () => {
    const service =
      'apiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: default}\nspec: {selector: {app: a}, ports: [{port: 80}]}\n';
    const asked = { via: { kind: 'mesh' }, authority: 'a:80' } as const;
    assert.match(
      refused(() => put(service, { beside: [], asked })),
      /no route names a\./,
    );
  });
});

describe('objects that a controller keeps', () => {
  it('the header of a Flagger Canary stands in the Canary, which the VirtualService is made of', () => {
    const canary = `apiVersion: flagger.app/v1beta1
kind: Canary
metadata: {name: shop, namespace: default}
spec:
  targetRef: {apiVersion: apps/v1, kind: Deployment, name: shop}
  service:
    port: 80
    gateways: [gw]
    hosts: ['*']
  analysis: {interval: 1m}
status: {canaryWeight: 20}
`;
    const object = put(canary);
    const { spec } = parse(object.text) as { spec: { service: { headers: unknown } } };
    assert.deepEqual(spec.service.headers, { response: { set: { 'x-splitproof': ISTIO } } });
    assert.match(object.summary, /Canary default\/shop/);
    assert.match(said(object), /weights to 100 and 0 .* while no roll-out goes on/);
    assert.match(said(object), /can-i patch canaries\.flagger\.app/);
    assert.equal(put(object.text, { undo: true }).text, canary);
  });

  it('an Argo Rollout sets the weights in the cluster, which is said', () => {
    const rollout = `apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: shop, namespace: default}
spec:
  strategy:
    canary:
      canaryService: b
      stableService: a
      trafficRouting: {istio: {virtualService: {name: vs}}}
      steps: [{setWeight: 40}]
`;
    assert.match(
      said(put(VIRTUAL_SERVICE, { beside: [GATEWAY, rollout] })),
      /Rollout default\/shop .* sets the weights/,
    );
  });
});

describe('objects for the gateway', () => {
  const data = (name: string): unknown => parse(readFileSync(path.join(DATA, name), 'utf8'));

  it('an EnvoyFilter as it was tried with Envoy, for the pods that the Gateway selects', () => {
    const object = put(VIRTUAL_SERVICE, { by: 'envoyfilter' });
    assert.deepEqual(parse(object.text), data('envoy-filter.yaml'));
    for (const about of [/SYNCED/, /can-i create envoyfilters/, /--uninstrument envoyfilter/])
      assert.match(said(object), about);
    const undone = put(VIRTUAL_SERVICE, { by: 'envoyfilter', undo: true });
    assert.equal(undone.text, object.text);
    assert.match(undone.summary, /kubectl delete -f -/);
  });

  it('a Telemetry for the same pods', () => {
    const object = put(VIRTUAL_SERVICE, { by: 'telemetry' });
    assert.deepEqual(parse(object.text), data('telemetry.yaml'));
    assert.match(said(object), /where the gateway's log is on already/);
    assert.match(said(object), /taken to run in istio-system/);
  });

  it('stand where the pods run, if these are among the manifests', () => {
    const pods = `apiVersion: apps/v1
kind: Deployment
metadata: {name: ingress, namespace: edge}
spec: {template: {metadata: {labels: {istio: ingressgateway, app: x}}}}
`;
    for (const by of ['envoyfilter', 'telemetry'] as const) {
      const object = put(VIRTUAL_SERVICE, { by, beside: [GATEWAY, pods] });
      const { metadata } = parse(object.text) as { metadata: { namespace: string } };
      assert.equal(metadata.namespace, 'edge');
      assert.doesNotMatch(said(object), /taken to run|root namespace/);
    }
  });

  it('a log that is on already is named', () => {
    const telemetry = (spec: string, namespace = 'istio-system'): string =>
      `apiVersion: telemetry.istio.io/v1\nkind: Telemetry\nmetadata: {name: logs, namespace: ${namespace}}\nspec: ${spec}\n`;
    const on = 'accessLogging: [{providers: [{name: envoy}]}]';
    const notesOf = (text: string): string =>
      said(put(VIRTUAL_SERVICE, { by: 'telemetry', beside: [GATEWAY, text] }));
    assert.match(notesOf(telemetry(`{${on}}`)), /istio-system\/logs .* replaces it there/);
    assert.match(
      notesOf(telemetry(`{selector: {matchLabels: {istio: ingressgateway}}, ${on}}`)),
      /istio-system\/logs .* do not apply this one beside it/,
    );
    for (const other of [
      telemetry(`{${on}}`, 'default'),
      telemetry(`{selector: {matchLabels: {app: x}}, ${on}}`),
      telemetry('{metrics: []}'),
    ])
      assert.doesNotMatch(notesOf(other), /logs \(/);
  });

  it("need a Gateway whose pods are known, and are Istio's", () => {
    const by = 'envoyfilter';
    assert.match(
      refused(() => put(VIRTUAL_SERVICE, { by, beside: [] })),
      /default\/gw is not among/,
    );
    const open = GATEWAY.replace('  selector: {istio: ingressgateway}\n', '');
    assert.match(
      refused(() => put(VIRTUAL_SERVICE, { by, beside: [open] })),
      /selects no pods/,
    );
    const api = (name: string): string => `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: gw, namespace: edge}
spec: {gatewayClassName: ${name}, listeners: [{name: a, port: 8080, protocol: HTTP, allowedRoutes: {namespaces: {from: All}}}]}
---
apiVersion: v1
kind: Service
metadata: {name: a, namespace: default}
spec: {ports: [{port: 80}]}
`;
    const route = `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: r, namespace: default}
spec: {parentRefs: [{name: gw, namespace: edge}], rules: [{backendRefs: [{name: a, port: 80}]}]}
`;
    assert.match(
      refused(() => put(route, { by, beside: [api('eg')] })),
      /for Istio's gateways/,
    );
    const filter = parse(put(route, { by, beside: [api('istio')] }).text) as {
      metadata: { namespace: string };
      spec: { workloadSelector: unknown };
    };
    assert.equal(filter.metadata.namespace, 'edge');
    assert.deepEqual(filter.spec.workloadSelector, {
      labels: { 'gateway.networking.k8s.io/gateway-name': 'gw' },
    });
    const telemetry = parse(put(route, { by: 'telemetry', beside: [api('istio')] }).text) as {
      spec: { targetRefs: unknown };
    };
    assert.deepEqual(telemetry.spec.targetRefs, [
      { group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'gw' },
    ]);
  });
});
