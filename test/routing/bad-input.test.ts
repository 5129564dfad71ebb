import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';

import { loadManifests } from '../../src/inputs/manifests.js';
import { parseManifests } from '../../src/routing/parse-manifests.js';
import type { RouteRequest } from '../../src/routing/request.js';
import { documents, expectationOf } from './request.js';

const GATEWAY = `apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: gw}
spec:
  selector: {istio: ingressgateway}
  servers:
  - {port: {number: 8080, name: grpc, protocol: GRPC}, hosts: ["*"]}`;

function virtualService(http: string, changes: { name?: string; hosts?: string } = {}): string {
  return `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: ${changes.name ?? 'vs'}}
spec:
  hosts: [${changes.hosts ?? '"*"'}]
  gateways: [gw]
  http:
${http}`;
}

const SPLIT = `  - route:
    - {destination: {host: greeter, subset: v1}, weight: 60}
    - {destination: {host: greeter, subset: v2}, weight: 40}`;

function destinationRule(labels: readonly string[]): string {
  return `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: dr}
spec:
  host: greeter
  subsets:
${labels.map((label, index) => `  - {name: v${index + 1}, labels: {${label}}}`).join('\n')}`;
}

interface BadInput {
  what: string;
  yaml: string;
  request?: Partial<RouteRequest>;
  message: RegExp;
}

const BAD: readonly BadInput[] = [
  {
    what: 'text that is not a mapping',
    yaml: 'hello world',
    message: /^test\.yaml:1: not a Kubernetes object: expected a mapping/,
  },
  {
    what: 'broken YAML',
    yaml: 'apiVersion: v1\nkind: Service\nmetadata: {name: x\nspec: ]',
    message: /^test\.yaml:[34]: not valid YAML: /,
  },
  {
    what: 'no kind',
    yaml: 'apiVersion: v1',
    message: /^test\.yaml:1: not a Kubernetes object: kind is missing/,
  },
  {
    what: 'a key given twice, with its line',
    yaml: documents(GATEWAY, virtualService(`${SPLIT}\n    timeout: 1s\n    timeout: 2s`)),
    message: /^test\.yaml:20 \(document 2\): the key timeout is given twice/,
  },
  {
    what: 'a routing kind under a wrong group',
    yaml: GATEWAY.replace('istio.io', 'itsio.io'),
    message: /^test\.yaml:1: apiVersion: .*did you mean networking\.istio\.io\/v1\?$/,
  },
  {
    what: 'a routing kind under an unknown version',
    yaml: GATEWAY.replace('istio.io/v1', 'istio.io/v2'),
    message: /^test\.yaml:1: apiVersion: .*did you mean networking\.istio\.io\/v1\?$/,
  },
  {
    what: 'a misspelt kind of a routing group',
    yaml: virtualService(SPLIT).replace('kind: VirtualService', 'kind: VirtualSevice'),
    message: /^test\.yaml:2: kind: .*did you mean VirtualService\?$/,
  },
  {
    what: 'a negative weight',
    yaml: documents(GATEWAY, virtualService(SPLIT.replace('40', '-40'))),
    message:
      /^test\.yaml:18 \(document 2\): spec\.http\[0\]\.route\[1\]\.weight: must not be negative, and is -40$/,
  },
  {
    what: 'a weight that is not a number',
    yaml: documents(GATEWAY, virtualService(SPLIT.replace('40', '"40%"'))),
    message:
      /^test\.yaml:18 \(document 2\): spec\.http\[0\]\.route\[1\]\.weight: must be a number, not the text "40%"$/,
  },
  {
    what: 'a weight that is not whole',
    yaml: documents(GATEWAY, virtualService(SPLIT.replace('40', '40.5'))),
    message: /route\[1\]\.weight: must be a whole number, not 40\.5$/,
  },
  {
    what: 'weights that are all zero',
    yaml: documents(GATEWAY, virtualService(SPLIT.replace('60', '0').replace('40', '0'))),
    message: /^test\.yaml:16 \(document 2\): spec\.http\[0\]\.route: the weights are all zero/,
  },
  {
    what: 'no VirtualService',
    yaml: documents(GATEWAY, destinationRule(['version: v1'])),
    message:
      /hold nothing that routes requests, but Gateway, DestinationRule: add the VirtualService or HTTPRoute with -f/,
  },
  {
    what: 'two VirtualServices that could apply',
    yaml: documents(
      GATEWAY,
      virtualService(SPLIT, { name: 'one' }),
      virtualService(SPLIT, { name: 'two' }),
    ),
    message:
      /VirtualService default\/one \(test\.yaml:9\) and VirtualService default\/two \(test\.yaml:20\).*--virtual-service default\/one$/,
  },
  {
    what: 'one VirtualService given twice with different content',
    yaml: documents(GATEWAY, virtualService(SPLIT), virtualService(SPLIT.replace('40', '41'))),
    message:
      /^test\.yaml:20 \(document 3\): VirtualService default\/vs is given twice.*test\.yaml:9/,
  },
  {
    what: 'a subset the DestinationRule lacks',
    yaml: documents(GATEWAY, virtualService(SPLIT), destinationRule(['version: v1'])),
    message:
      /^test\.yaml:18 \(document 2\): spec\.http\[0\]\.route\[1\]\.destination\.subset: DestinationRule default\/dr \(test\.yaml:20\) has no subset v2: there is v1; requests fail with 503$/,
  },
  {
    what: 'subsets with the same labels',
    yaml: documents(
      GATEWAY,
      virtualService(SPLIT),
      destinationRule(['version: v1', 'version: v1']),
    ),
    message: /the destinations v1 and v2 select the same pods \(version=v1\)/,
  },
  {
    what: 'one destination twice',
    yaml: documents(GATEWAY, virtualService(SPLIT.replace('v2', 'v1'))),
    message: /two destinations|the destinations .* select the same pods/,
  },
  {
    what: 'a host without routes',
    yaml: documents(GATEWAY, virtualService(SPLIT, { hosts: 'greeter.example.com' })),
    message:
      /has the host 127\.0\.0\.1: there are greeter\.example\.com; name one with --authority$/,
  },
  {
    what: 'a path no rule takes',
    yaml: documents(
      GATEWAY,
      virtualService(
        SPLIT.replace('route:', 'match: [{uri: {prefix: /other.Service/}}]\n    route:'),
      ),
    ),
    message:
      /^test\.yaml:16 \(document 2\): spec\.http\[0\]: no rule takes POST .*not prefix \/other\.Service\//,
  },
  {
    what: 'a Gateway that is not there',
    yaml: documents(GATEWAY, virtualService(SPLIT)),
    request: { via: { kind: 'gateway', namespace: 'other', name: 'gw' } },
    message:
      /^command line: --via: no Gateway other\/gw among the manifests: there are default\/gw$/,
  },
  {
    what: 'a VirtualService that is not there',
    yaml: documents(GATEWAY, virtualService(SPLIT)),
    request: { virtualService: { namespace: 'default', name: 'other' } },
    message: /^command line: --virtual-service: .*there are default\/vs$/,
  },
  {
    what: 'a gateway port that is not there',
    yaml: documents(GATEWAY, virtualService(SPLIT)),
    request: { gatewayPort: 9090 },
    message: /no server has the port 9090 of --gateway-port: its servers are GRPC 8080 \(\*\)$/,
  },
  {
    what: 'a regular expression that is not RE2',
    yaml: documents(
      GATEWAY,
      virtualService(SPLIT.replace('route:', 'match: [{uri: {regex: "(?=a)b"}}]\n    route:')),
    ),
    message:
      /^test\.yaml:16 \(document 2\): spec\.http\[0\]\.match\[0\]\.uri\.regex: not a regular expression in RE2/,
  },
  {
    what: 'aliases that expand without bound',
    yaml: [
      'a: &a [x,x,x,x,x,x,x,x,x,x]',
      ...'bcdefgh'
        .split('')
        .map(
          (name, index) =>
            `${name}: &${name} [${Array(10).fill(`*${'abcdefgh'[index]!}`).join(',')}]`,
        ),
    ].join('\n'),
    message: /^test\.yaml:1: the YAML aliases cannot be expanded/,
  },
  {
    what: 'a merge of what is no map',
    yaml: '<<: [1, 2]',
    message: /^test\.yaml:1: the YAML has no value: Merge sources must be maps/,
  },
  {
    what: 'nesting without bound',
    yaml: `a: ${'['.repeat(20_000)}${']'.repeat(20_000)}`,
    message: /^test\.yaml:1: /,
  },
];

describe('bad manifests', () => {
  for (const { what, yaml, request, message } of BAD) {
    it(what, () => {
      assert.throws(() => expectationOf(yaml, request), { name: 'InputError', message });
    });
  }

  it('a file that is not there', async () => {
    await assert.rejects(loadManifests(['no/such.yaml']), {
      name: 'InputError',
      message: 'no/such.yaml: no such file: check its name',
    });
  });

  it('a folder without manifests', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'splitproof-'));
    try {
      await writeFile(path.join(folder, 'notes.txt'), 'nothing');
      await assert.rejects(loadManifests([folder]), /the folder holds no \*\.yaml/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('kinds that have nothing to do with routing are ignored', () => {
    const set = parseManifests(
      documents(
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {weight: "-1"}',
        'apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: x}\nspec: {}',
        'apiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: {name: x}',
      ),
      'test.yaml',
    );
    assert.deepEqual(set.services, []);
    assert.deepEqual(set.findings, []);
  });
});
