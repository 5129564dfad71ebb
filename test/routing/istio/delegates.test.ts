import { runCases, type Case } from '../case-table.js';
import { gateway, http, to, virtualService, type KubernetesObject } from '../objects.js';
import { headers } from '../request.js';

const DOCS = 'https://istio.io/latest/docs/reference/config/networking';
const VS = `${DOCS}/virtual-service/`;
const GATEWAY = gateway([http(80)]);

function delegation(
  root: KubernetesObject,
  rules: readonly KubernetesObject[],
  changes = {},
): readonly KubernetesObject[] {
  return [
    GATEWAY,
    virtualService([{ ...root, delegate: { name: 'leaf', namespace: 'team' } }, to('rest')]),
    virtualService(rules, {
      name: 'leaf',
      namespace: 'team',
      hosts: [],
      gateways: null,
      ...changes,
    }),
  ];
}

const DELEGATES: readonly Case[] = [
  {
    rule: 'a delegate’s rules take the place of the delegation',
    source: `${VS}#Delegate`,
    objects: delegation({ match: [{ uri: { prefix: '/a' } }] }, [to('leaf')]),
    request: { path: '/a' },
    takes: 'leaf',
  },
  {
    rule: 'a delegate’s conditions narrow the root’s',
    source: `${VS}#Delegate`,
    objects: delegation({ match: [{ uri: { prefix: '/a' } }] }, [
      to('leaf', [{ uri: { prefix: '/a/b' } }]),
    ]),
    request: { path: '/a/c' },
    takes: 'rest',
  },
  {
    rule: 'both sides’ conditions hold',
    source: `${VS}#Delegate`,
    objects: delegation({ match: [{ uri: { prefix: '/a' } }] }, [
      to('leaf', [{ headers: { x: { exact: '1' } } }]),
    ]),
    request: { path: '/a', headers: headers({ x: '1' }) },
    takes: 'leaf',
  },
  {
    rule: 'a delegate’s rule outside the root’s is dropped',
    source: 'istio/istio pilot/pkg/model/virtualservice.go hasConflict',
    objects: delegation({ match: [{ uri: { prefix: '/a' } }] }, [
      to('leaf', [{ uri: { prefix: '/b' } }]),
    ]),
    request: { path: '/b' },
    takes: 'rest',
  },
  {
    rule: 'regular expressions on both sides conflict',
    source: 'istio/istio pilot/pkg/model/virtualservice.go stringMatchConflict',
    objects: delegation({ match: [{ uri: { regex: '/a.*' } }] }, [
      to('leaf', [{ uri: { exact: '/a' } }]),
    ]),
    request: { path: '/a' },
    takes: 'rest',
  },
  {
    rule: 'a missing delegate drops the rule',
    source: 'istio/istio pilot/pkg/model/virtualservice.go mergeVirtualServicesIfNeeded',
    objects: [GATEWAY, virtualService([{ delegate: { name: 'none' } }, to('rest')])],
    takes: 'rest',
  },
  {
    rule: 'a delegate that is not exported drops the rule',
    source: 'istio/istio pilot/pkg/model/virtualservice.go mergeVirtualServicesIfNeeded',
    objects: delegation({}, [to('leaf')], { exportTo: ['.'] }),
    takes: 'rest',
  },
];

runCases('Istio: delegates', DELEGATES);
