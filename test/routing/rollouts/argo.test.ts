import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it } from 'node:test';

import { parseManifests } from '../../../src/routing/parse-manifests.js';
import type { RouteRequest } from '../../../src/routing/request.js';
import type { Forwarded } from '../../../src/routing/resolution.js';
import { resolveRoute } from '../../../src/routing/resolve.js';
import {
  apiGateway,
  backends,
  destinationRule,
  gateway,
  http,
  httpRoute,
  listener,
  manifestsOf,
  service,
  split,
  virtualService,
  type KubernetesObject,
} from '../objects.js';
import { forwardedBy, request, sharesOf } from '../request.js';

const DATA = path.resolve(import.meta.dirname, '../../../../test/data/routing');
const STEPS = [
  { setWeight: 5 },
  { pause: {} },
  { setWeight: 20 },
  { pause: {} },
  { setWeight: 60 },
];
const ISTIO = { istio: { virtualService: { name: 'vs' } } };

function rollout(
  status: KubernetesObject | null,
  trafficRouting: KubernetesObject = ISTIO,
): KubernetesObject {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'greeter' },
    spec: {
      replicas: 4,
      template: { metadata: { labels: { app: 'greeter' } } },
      strategy: {
        canary: { canaryService: 'canary', stableService: 'stable', steps: STEPS, trafficRouting },
      },
    },
    ...(status === null ? {} : { status }),
  };
}

const HASHES = { stableRS: '6b8c9', currentPodHash: '7f5d4' };
const SERVICES = [service('canary', { app: 'greeter' }), service('stable', { app: 'greeter' })];

function expectationOf(
  status: KubernetesObject | null,
  changes: Partial<RouteRequest> = {},
  trafficRouting: KubernetesObject = ISTIO,
): Forwarded {
  const objects = [
    gateway([http(80)]),
    virtualService([split({ stable: 100, canary: 0 })]),
    ...SERVICES,
    rollout(status, trafficRouting),
  ];
  return forwardedBy(manifestsOf(objects), request({ targetPort: 80, ...changes }));
}

describe('Argo Rollouts', () => {
  it('the weights its status says were set last', () => {
    const weights = { canary: { weight: 35 }, stable: { weight: 65 } };
    const status = { ...HASHES, currentStepIndex: 1, canary: { weights } };
    assert.deepEqual(sharesOf(expectationOf(status)), { stable: 65, canary: 35 });
  });

  it('without them the last setWeight up to the current step', () => {
    assert.deepEqual(sharesOf(expectationOf({ ...HASHES, currentStepIndex: 3 })), {
      stable: 80,
      canary: 20,
    });
  });

  it('a given step instead of the current one', () => {
    const expectation = expectationOf({ ...HASHES, currentStepIndex: 1 }, { rolloutStep: 4 });
    assert.deepEqual(sharesOf(expectation), { stable: 40, canary: 60 });
  });

  it('after the last step everything goes to the canary', () => {
    assert.deepEqual(sharesOf(expectationOf({ ...HASHES, currentStepIndex: 5 })), {
      stable: 0,
      canary: 100,
    });
  });

  it('a step that it does not have is refused', () => {
    assert.deepEqual(sharesOf(expectationOf(HASHES, { rolloutStep: 5 })), {
      stable: 0,
      canary: 100,
    });
    assert.throws(() => expectationOf(HASHES, { rolloutStep: 6 }), {
      name: 'InputError',
      message: /^command line: --rollout-step: no Rollout has a step 6: it has 5, counted from 0/,
    });
    const without = manifestsOf([gateway([http(80)]), virtualService([split({ a: 1 })])]);
    assert.throws(
      () => forwardedBy(without, request({ targetPort: 80, rolloutStep: 0 })),
      /there is no Rollout among the manifests/,
    );
  });

  it('aborted: everything goes to the stable version', () => {
    const status = { ...HASHES, currentStepIndex: 3, abort: true };
    assert.deepEqual(sharesOf(expectationOf(status)), { stable: 100, canary: 0 });
  });

  it('maxTrafficWeight is what the weights are out of', () => {
    const routing = { ...ISTIO, maxTrafficWeight: 1000 };
    const { destinations } = expectationOf({ ...HASHES, currentStepIndex: 3 }, {}, routing);
    assert.deepEqual(
      destinations.map(({ weight }) => weight),
      [980, 20],
    );
  });

  it('the pods of each version are told by the hash it injects', () => {
    const { workloads } = expectationOf({ ...HASHES, currentStepIndex: 3 });
    assert.deepEqual(
      workloads.map(({ name, destination }) => [name, destination]),
      [
        ['greeter-6b8c9', 0],
        ['greeter-7f5d4', 1],
      ],
    );
  });

  it('without a status the routes’ own weights count, and it says so', () => {
    const objects = [
      gateway([http(80)]),
      virtualService([split({ stable: 90, canary: 10 })]),
      rollout(null),
    ];
    const expectation = forwardedBy(manifestsOf(objects), request({ targetPort: 80 }));
    assert.deepEqual(sharesOf(expectation), { stable: 90, canary: 10 });
    assert.ok(expectation.findings.some(({ code }) => code === 'rollout-state-unknown'));
  });

  it('only the routes it is told to manage', () => {
    const routing = { istio: { virtualService: { name: 'vs', routes: ['other'] } } };
    assert.deepEqual(sharesOf(expectationOf({ ...HASHES, currentStepIndex: 3 }, {}, routing)), {
      stable: 100,
      canary: 0,
    });
  });

  it('subsets of a DestinationRule', () => {
    const names = { name: 'dr', canarySubsetName: 'canary', stableSubsetName: 'stable' };
    const routing = { istio: { virtualService: { name: 'vs' }, destinationRule: names } };
    const objects = [
      gateway([http(80)]),
      virtualService([split({ 'greeter/stable': 100, 'greeter/canary': 0 })]),
      destinationRule(
        'greeter',
        { canary: { app: 'greeter' }, stable: { app: 'greeter' } },
        { name: 'dr' },
      ),
      rollout({ ...HASHES, currentStepIndex: 2 }, routing),
    ];
    const expectation = forwardedBy(manifestsOf(objects), request({ targetPort: 80 }));
    assert.deepEqual(sharesOf(expectation), { stable: 80, canary: 20 });
    assert.deepEqual(
      expectation.workloads.map(({ destination }) => destination),
      [0, 1],
    );
  });

  it('destinations that it does not know are deleted, and it says so', () => {
    const objects = [
      gateway([http(80)]),
      virtualService([split({ stable: 50, canary: 30, legacy: 20, idle: 0 })]),
      ...SERVICES,
      rollout({ ...HASHES, currentStepIndex: 2 }),
    ];
    const { destinations, findings } = forwardedBy(
      manifestsOf(objects),
      request({ targetPort: 80 }),
    );
    assert.deepEqual(
      destinations.map(({ name, weight }) => [name, weight]),
      [
        ['stable', 80],
        ['canary', 20],
        ['idle', 0],
      ],
    );
    assert.deepEqual(
      findings.map(({ code, place }) => [code, place?.path]),
      [['rollout-deletes-destination', 'spec.http[0].route[2]']],
    );
  });

  it('those of experiments stay with the weights its status names, or come to be', () => {
    const additional = [
      { serviceName: 'trial', podTemplateHash: '1', weight: 15 },
      { serviceName: 'late', podTemplateHash: '2', weight: 5 },
    ];
    const weights = { canary: { weight: 20 }, stable: { weight: 60 }, additional };
    const objects = [
      gateway([http(80)]),
      virtualService([split({ stable: 90, canary: 5, trial: 5 })]),
      ...SERVICES,
      rollout({ ...HASHES, currentStepIndex: 2, canary: { weights } }),
    ];
    const expectation = forwardedBy(manifestsOf(objects), request({ targetPort: 80 }));
    assert.deepEqual(sharesOf(expectation), { stable: 60, canary: 20, trial: 15, late: 5 });
    assert.deepEqual(expectation.findings, []);
  });

  it('additional subsets keep their weights, at the cost of the stable one', () => {
    const names = { name: 'dr', canarySubsetName: 'canary', stableSubsetName: 'stable' };
    const routing = {
      istio: {
        virtualService: { name: 'vs' },
        destinationRule: { ...names, additionalSubsetNames: ['apart'] },
      },
    };
    const objects = [
      gateway([http(80)]),
      virtualService([split({ 'g/stable': 70, 'g/canary': 10, 'g/apart': 15, 'g/old': 5 })]),
      destinationRule(
        'g',
        {
          ...{ canary: { app: 'greeter' }, stable: { app: 'greeter' } },
          ...{ apart: { app: 'apart' }, old: { app: 'old' } },
        },
        { name: 'dr' },
      ),
      rollout({ ...HASHES, currentStepIndex: 2 }, routing),
    ];
    const expectation = forwardedBy(manifestsOf(objects), request({ targetPort: 80 }));
    assert.deepEqual(sharesOf(expectation), { stable: 65, canary: 20, apart: 15 });
  });

  for (const { what, rules, routes, says } of [
    {
      what: 'several rules of which none is named',
      rules: [{ ...split({ stable: 90, canary: 10 }), name: 'one' }, split({ other: 100 })],
      routes: undefined,
      says: /it has several rules/,
    },
    {
      what: 'a rule that is not there',
      rules: [split({ stable: 90, canary: 10 })],
      routes: ['other'],
      says: /it has no rule other/,
    },
    {
      what: 'a rule without a destination for the stable version',
      rules: [split({ canary: 10, legacy: 90 })],
      routes: undefined,
      says: /the rule http\[0\] has no destination for the stable/,
    },
  ])
    it(`no weights are set for ${what}`, () => {
      const objects = [
        gateway([http(80)]),
        virtualService(rules),
        ...SERVICES,
        rollout(
          { ...HASHES, currentStepIndex: 2 },
          {
            istio: { virtualService: { name: 'vs', ...(routes === undefined ? {} : { routes }) } },
          },
        ),
      ];
      const { destinations, findings } = forwardedBy(
        manifestsOf(objects),
        request({ targetPort: 80 }),
      );
      assert.deepEqual(destinations.map(({ weight }) => weight).toSorted(), [10, 90]);
      const [refusal] = findings.filter(({ code }) => code === 'rollout-refuses-route');
      assert.match(refusal?.summary ?? '', says);
    });

  it('a rule that steps add is none of the rules that are to be named', () => {
    const routing = { ...ISTIO, managedRoutes: [{ name: 'by-header' }] };
    const byHeader = {
      ...{ name: 'by-header', match: [{ headers: { 'x-a': { exact: 'b' } } }] },
      ...split({ canary: 100 }),
    };
    const objects = [
      gateway([http(80)]),
      virtualService([byHeader, split({ stable: 100, canary: 0 })]),
      ...SERVICES,
      rollout({ ...HASHES, currentStepIndex: 2 }, routing),
    ];
    const expectation = forwardedBy(manifestsOf(objects), request({ targetPort: 80 }));
    assert.deepEqual(sharesOf(expectation), { stable: 80, canary: 20 });
  });

  for (const { file, host, step, shares, codes } of [
    {
      ...{ file: 'argo-deletes-other-destinations', host: 'web.example.com', step: null },
      shares: { 'web-stable': 80, 'web-canary': 20 },
      codes: ['rollout-deletes-destination'],
    },
    {
      ...{ file: 'argo-as-it-lies-in-git', host: 'demo.example.com', step: null },
      shares: { 'rollouts-demo-stable': 100, 'rollouts-demo-canary': 0 },
      codes: ['same-pods', 'rollout-state-unknown'],
    },
    {
      ...{ file: 'argo-as-it-lies-in-git', host: 'demo.example.com', step: 0 },
      shares: { 'rollouts-demo-stable': 95, 'rollouts-demo-canary': 5 },
      codes: ['same-pods'],
    },
  ])
    it(`${file}${step === null ? '' : ` at step ${step}`}`, async () => {
      const text = await readFile(path.join(DATA, `${file}.yaml`), 'utf8');
      const resolution = resolveRoute(
        parseManifests(text, `${file}.yaml`),
        request({
          ...{ method: 'GET', path: '/', headers: new Map(), targetPort: 80, authority: host },
          ...(step === null ? {} : { rolloutStep: step }),
        }),
      );
      assert.ok(resolution.kind === 'forward');
      assert.deepEqual(sharesOf(resolution), shares);
      assert.deepEqual(
        resolution.findings.map(({ code }) => code),
        codes,
      );
      if (codes.includes('same-pods'))
        assert.match(resolution.samePods?.summary ?? '', /by the label rollouts-pod-template-hash/);
    });

  it('an HTTPRoute through the Gateway API plug-in', () => {
    const routing = {
      plugins: { 'argoproj-labs/gatewayAPI': { httpRoute: 'route', namespace: 'default' } },
    };
    const objects = [
      apiGateway([listener()]),
      httpRoute([backends({ stable: 100, canary: 0 })]),
      ...SERVICES,
      rollout({ ...HASHES, currentStepIndex: 2 }, routing),
    ];
    const expectation = forwardedBy(manifestsOf(objects), request({ targetPort: 80 }));
    assert.deepEqual(sharesOf(expectation), { stable: 80, canary: 20 });
  });

  it('an Ingress it keeps a canary of', () => {
    const ingress = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: {
        name: 'main',
        annotations: { 'nginx.ingress.kubernetes.io/backend-protocol': 'GRPC' },
      },
      spec: {
        rules: [
          {
            http: {
              paths: [
                {
                  path: '/',
                  pathType: 'Prefix',
                  backend: { service: { name: 'stable', port: { number: 80 } } },
                },
              ],
            },
          },
        ],
      },
    };
    const routing = { nginx: { stableIngress: 'main' } };
    const objects = [ingress, ...SERVICES, rollout({ ...HASHES, currentStepIndex: 0 }, routing)];
    const expectation = forwardedBy(manifestsOf(objects), request({ targetPort: 80 }));
    assert.deepEqual(sharesOf(expectation), { stable: 95, canary: 5 });
    assert.deepEqual(expectation.findings, []);
    const ofOther = { ...ingress, spec: { ...ingress.spec, ingressClassName: 'alb' } };
    const { findings } = forwardedBy(
      manifestsOf([ofOther, ...objects.slice(1)]),
      request({ targetPort: 80 }),
    );
    assert.match(findings[0]?.summary ?? '', /of the class alb/);
  });

  it('what is not modelled is named, where it stands', () => {
    const named = (strategy: KubernetesObject): (string | undefined)[] => {
      const base = rollout({ ...HASHES, currentStepIndex: 0 });
      const spec = { ...(base.spec as KubernetesObject), strategy };
      return manifestsOf([{ ...base, spec }]).findings.map(({ place }) => place?.path ?? undefined);
    };
    const prefix = 'spec.strategy.canary';
    assert.deepEqual(named({ canary: { trafficRouting: { ...ISTIO, smi: {}, alb: {} } } }), [
      `${prefix}.trafficRouting.smi`,
      `${prefix}.trafficRouting.alb`,
    ]);
    assert.deepEqual(
      named({ canary: { steps: [{ setWeight: 5 }, { setHeaderRoute: {} }, { experiment: {} }] } }),
      [`${prefix}.steps[1].setHeaderRoute`, `${prefix}.steps[2].experiment`],
    );
    assert.deepEqual(named({ blueGreen: {} }), ['spec.strategy.blueGreen']);
    assert.deepEqual(named({ canary: { steps: STEPS, trafficRouting: ISTIO } }), []);
  });
});
