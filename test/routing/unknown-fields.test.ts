import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it } from 'node:test';

import { parseManifests } from '../../src/routing/parse-manifests.js';
import { resolveRoute } from '../../src/routing/resolve.js';
import {
  deployment,
  destinationRule,
  gateway,
  http,
  manifestsOf,
  service,
  split,
  to,
  virtualService,
  type KubernetesObject,
} from './objects.js';
import { forwardedBy, request } from './request.js';

const FILE = path.resolve(
  import.meta.dirname,
  '../../../test/data/routing/nested-unknown-fields.yaml',
);

/** What is unknown, by where it stands, with what is suggested. */
function unknown(objects: readonly KubernetesObject[]): Record<string, string | null> {
  return suggestions(manifestsOf(objects));
}

function suggestions({ findings }: ReturnType<typeof manifestsOf>): Record<string, string | null> {
  return Object.fromEntries(
    findings
      .filter(({ code }) => code === 'unknown-field')
      .map(({ place, summary }) => [
        place?.path ?? '',
        /did you mean (\w+)\?/.exec(summary)?.[1] ?? null,
      ]),
  );
}

describe('fields that the API does not have', () => {
  it('nested-unknown-fields', async () => {
    const set = parseManifests(await readFile(FILE, 'utf8'), 'test.yaml');
    assert.deepEqual(suggestions(set), {
      'spec.http[0].match[0].header': 'headers',
      'spec.http[0].fault.abort.percent': 'percentage',
      'spec.http[0].fault.abort.percentageValue': 'percentage',
      'spec.http[0].retries.attempt': 'attempts',
      'spec.http[0].retries.retriesOn': 'retryOn',
      'spec.http[0].mirror.percent': null,
      'spec.http[0].route[0].destination.subsets': 'subset',
      'spec.http[0].route[0].weigth': 'weight',
      'spec.http[0].corspolicy': 'corsPolicy',
      'spec.subset': 'subsets',
      'spec.trafficpolicy': 'trafficPolicy',
      'spec.selectors': 'selector',
    });
    const resolution = resolveRoute(set, request({ authority: 'web', via: { kind: 'mesh' } }));
    // The server drops the share of the abort, so that it aborts nothing.
    assert.equal(resolution.effects?.abort, null);
  });

  it('below lists, names that are free, and what stands in several places', () => {
    const rule = {
      ...split({ a: 60, b: 40 }),
      match: [{ headers: { 'x-a': { exact: 'b' } }, sourceLabels: { any: 'thing' } }],
      headers: { request: { sett: { 'x-any': 'b' } } },
    };
    const subset = {
      name: 'v1',
      labels: { any: 'a' },
      trafficPolicy: { tls: { mode: 'DISABLE' }, loadbalancer: {} },
    };
    const policy = {
      portLevelSettings: [{ port: { number: 80 }, connectionPool: { http: { maxRetry: 1 } } }],
    };
    const base = destinationRule('a', {});
    const spec = { host: 'a', subsets: [subset], trafficPolicy: policy };
    assert.deepEqual(unknown([virtualService([rule]), { ...base, spec }]), {
      'spec.http[0].headers.request.sett': 'set',
      'spec.trafficPolicy.portLevelSettings[0].connectionPool.http.maxRetry': 'maxRetries',
      'spec.subsets[0].trafficPolicy.loadbalancer': 'loadBalancer',
    });
  });

  it('of Gateways, Services and workloads', () => {
    const server = { ...http(80), tls: { httpsRedirct: true } };
    const ports = [{ port: 80, targetport: 8080 }];
    const one = deployment('one', { app: 'a' });
    const template = { metadata: { label: { app: 'a' } }, spec: { containers: [{ any: 1 }] } };
    assert.deepEqual(
      unknown([
        gateway([server]),
        service('s', { app: 'a' }, { ports }),
        { ...one, spec: { replica: 1, template, selector: { matchLabels: { app: 'a' } } } },
      ]),
      {
        'spec.servers[0].tls.httpsRedirct': 'httpsRedirect',
        'spec.ports[0].targetport': 'targetPort',
        'spec.replica': 'replicas',
        'spec.template.metadata.label': 'labels',
        'spec.template.spec.containers[0].any': null,
      },
    );
  });

  it('an older name that the API keeps is known, and has its effect', () => {
    const rule = { ...to('a'), mirror: { host: 'b' }, mirror_percent: 50 };
    const set = manifestsOf([gateway([http(80)]), virtualService([rule])]);
    assert.deepEqual(set.findings, []);
    const { effects } = forwardedBy(set, request({ targetPort: 80 }));
    assert.deepEqual(effects.mirrors, [{ host: 'b', share: 0.5 }]);
  });

  it('a delay’s older share counts, an abort’s never was', () => {
    const fault = {
      delay: { percent: 20, fixedDelay: '1s' },
      abort: { percent: 20, httpStatus: 503 },
    };
    const set = manifestsOf([gateway([http(80)]), virtualService([{ ...to('a'), fault }])]);
    assert.deepEqual(suggestions(set), { 'spec.http[0].fault.abort.percent': 'percentage' });
    const { effects } = forwardedBy(set, request({ targetPort: 80 }));
    assert.equal(effects.delay?.share, 0.2);
    assert.equal(effects.abort, null);
  });
});
