import { runCases, type Case } from '../case-table.js';
import { deployment, service, split, to, virtualService } from '../objects.js';

const DOCS = 'https://istio.io/latest/docs/reference/config/networking';
const VS = `${DOCS}/virtual-service/`;
const MATCH = `${VS}#HTTPMatchRequest`;

const MESH: readonly Case[] = [
  {
    rule: 'a short VirtualService host is its own namespace’s service',
    source: `${VS}#VirtualService (hosts)`,
    objects: [virtualService([to('a')], { gateways: null, hosts: ['s'] })],
    request: { via: { kind: 'mesh' }, authority: 's.default.svc.cluster.local:80' },
    takes: 'a',
  },
  {
    rule: 'a client may use the short name',
    source: `${VS}#VirtualService (hosts)`,
    objects: [
      virtualService([to('a')], { gateways: null, hosts: ['s.default.svc.cluster.local'] }),
    ],
    request: { via: { kind: 'mesh' }, authority: 's' },
    takes: 'a',
  },
  {
    rule: 'or name and namespace',
    source: `${VS}#VirtualService (hosts)`,
    objects: [virtualService([to('a')], { gateways: null, hosts: ['s.team.svc.cluster.local'] })],
    request: { via: { kind: 'mesh' }, authority: 's.team:80' },
    takes: 'a',
  },
  {
    rule: 'the short name is the client’s namespace’s',
    source: `${VS}#VirtualService (hosts)`,
    objects: [virtualService([to('a')], { gateways: null, hosts: ['s.team.svc.cluster.local'] })],
    request: { via: { kind: 'mesh' }, authority: 's:80' },
    takes: /no VirtualService of the mesh has the host s/,
  },
  {
    rule: 'exportTo . keeps it in its namespace',
    source: `${VS}#VirtualService (exportTo)`,
    objects: [
      virtualService([to('a')], {
        gateways: null,
        hosts: ['s.team.svc.cluster.local'],
        namespace: 'team',
        exportTo: ['.'],
      }),
    ],
    request: { via: { kind: 'mesh' }, authority: 's.team:80' },
    takes: /none is bound to the mesh/,
  },
  {
    rule: 'exportTo a namespace',
    source: `${VS}#VirtualService (exportTo)`,
    objects: [
      virtualService([to('a')], {
        gateways: null,
        hosts: ['s.team.svc.cluster.local'],
        namespace: 'team',
        exportTo: ['default'],
      }),
    ],
    request: { via: { kind: 'mesh' }, authority: 's.team:80' },
    takes: 'a',
  },
  {
    rule: 'sourceNamespace',
    source: MATCH,
    objects: [
      virtualService([to('a', [{ sourceNamespace: 'client' }]), to('b')], {
        gateways: null,
        namespace: 'default',
        hosts: ['s.default.svc.cluster.local'],
      }),
    ],
    request: { via: { kind: 'mesh' }, authority: 's.default', namespace: 'client' },
    takes: 'a',
  },
  {
    rule: 'the port is the service’s',
    source: MATCH,
    objects: [
      virtualService([to('a', [{ port: 7070 }]), to('b')], { gateways: null, hosts: ['s'] }),
    ],
    request: { via: { kind: 'mesh' }, authority: 's:7070' },
    takes: 'a',
  },
  {
    rule: 'without a route the replicas share',
    source:
      'https://istio.io/latest/docs/concepts/traffic-management/#introducing-istio-traffic-management',
    objects: [
      service('s', { app: 's' }),
      deployment('s-v1', { app: 's' }, { replicas: 3 }),
      deployment('s-v2', { app: 's' }, { replicas: 1 }),
    ],
    request: { via: { kind: 'mesh' }, authority: 's' },
    takes: { 's-v1': 75, 's-v2': 25 },
  },
  {
    rule: 'without a route and replicas nothing is known',
    source:
      'https://istio.io/latest/docs/concepts/traffic-management/#introducing-istio-traffic-management',
    objects: [service('s', { app: 's' }), deployment('s-v1', { app: 's' }, { kind: 'DaemonSet' })],
    request: { via: { kind: 'mesh' }, authority: 's' },
    takes: /how many replicas DaemonSet s-v1 has/,
  },
  {
    rule: 'proxyless clients follow the mesh’s routes',
    source: 'https://istio.io/latest/blog/2021/proxyless-grpc/',
    objects: [virtualService([split({ a: 20, b: 80 })], { gateways: null, hosts: ['s'] })],
    request: { via: { kind: 'proxyless' }, authority: 's:7070' },
    takes: { a: 20, b: 80 },
  },
];

runCases('Istio: the mesh', MESH);
