import { runCases, type Case } from '../case-table.js';
import type { KubernetesObject } from '../objects.js';
import { headers } from '../request.js';

const ANNOTATIONS =
  'https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/#canary';
const INGRESS = 'https://kubernetes.io/docs/concepts/services-networking/ingress/';

interface Path {
  service: string;
  path?: string;
  pathType?: string;
  host?: string;
}

function ingress(
  name: string,
  paths: readonly Path[],
  annotations: Readonly<Record<string, string>> = {},
): KubernetesObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: {
      name,
      annotations: Object.fromEntries(
        Object.entries(annotations).map(([key, value]) => [
          `nginx.ingress.kubernetes.io/${key}`,
          value,
        ]),
      ),
    },
    spec: {
      rules: paths.map(({ service, path = '/', pathType = 'Prefix', host }) => ({
        ...(host === undefined ? {} : { host }),
        http: {
          paths: [
            { path, pathType, backend: { service: { name: service, port: { number: 80 } } } },
          ],
        },
      })),
    },
  };
}

function withCanary(annotations: Readonly<Record<string, string>>): readonly KubernetesObject[] {
  return [
    ingress('main', [{ service: 'main' }]),
    ingress('next', [{ service: 'next' }], { canary: 'true', ...annotations }),
  ];
}

const BOTH = {
  'canary-by-header': 'X-Canary',
  'canary-by-cookie': 'canary',
  'canary-weight': '10',
};

const PATTERN = { 'canary-by-header': 'X-Canary', 'canary-by-header-pattern': 'de(?!mo)' };

const CASES: readonly Case[] = [
  {
    rule: 'a pattern that RE2 does not know is refused when it decides',
    source: ANNOTATIONS,
    objects: withCanary(PATTERN),
    request: { headers: headers({ 'x-canary': 'dev' }) },
    takes: /canary-by-header-pattern.*: not a regular expression in RE2 syntax/,
  },
  {
    rule: 'and does not matter without the header',
    source: ANNOTATIONS,
    objects: withCanary(PATTERN),
    takes: { main: 100, next: 0 },
  },
  {
    rule: 'canary-weight',
    source: ANNOTATIONS,
    objects: withCanary({ 'canary-weight': '20' }),
    takes: { main: 80, next: 20 },
  },
  {
    rule: 'canary-weight-total',
    source: ANNOTATIONS,
    objects: withCanary({ 'canary-weight': '20', 'canary-weight-total': '200' }),
    takes: { main: 90, next: 10 },
  },
  {
    rule: 'no weight: nothing',
    source: ANNOTATIONS,
    objects: withCanary({}),
    takes: { main: 100, next: 0 },
  },
  {
    rule: 'a weight over the total is the total',
    source: ANNOTATIONS,
    objects: withCanary({ 'canary-weight': '150' }),
    takes: { main: 0, next: 100 },
  },
  {
    rule: 'the header: always',
    source: ANNOTATIONS,
    objects: withCanary(BOTH),
    request: { headers: headers({ 'x-canary': 'always' }) },
    takes: { main: 0, next: 100 },
  },
  {
    rule: 'the header: never',
    source: ANNOTATIONS,
    objects: withCanary(BOTH),
    request: { headers: headers({ 'x-canary': 'never', cookie: 'canary=always' }) },
    takes: { main: 100, next: 0 },
  },
  {
    rule: 'the header: anything else leaves it to the cookie',
    source: ANNOTATIONS,
    objects: withCanary(BOTH),
    request: { headers: headers({ 'x-canary': 'maybe', cookie: 'a=b; canary=always' }) },
    takes: { main: 0, next: 100 },
  },
  {
    rule: 'neither: the weight',
    source: ANNOTATIONS,
    objects: withCanary(BOTH),
    takes: { main: 90, next: 10 },
  },
  {
    rule: 'canary-by-header-value',
    source: ANNOTATIONS,
    objects: withCanary({ ...BOTH, 'canary-by-header-value': 'v2' }),
    request: { headers: headers({ 'x-canary': 'v2' }) },
    takes: { main: 0, next: 100 },
  },
  {
    rule: 'canary-by-header-value: always means nothing then',
    source: ANNOTATIONS,
    objects: withCanary({ ...BOTH, 'canary-by-header-value': 'v2' }),
    request: { headers: headers({ 'x-canary': 'always' }) },
    takes: { main: 90, next: 10 },
  },
  {
    rule: 'canary-by-header-pattern',
    source: ANNOTATIONS,
    objects: withCanary({ ...BOTH, 'canary-by-header-pattern': 'v[23]' }),
    request: { headers: headers({ 'x-canary': 'v3' }) },
    takes: { main: 0, next: 100 },
  },
  {
    rule: 'a weight that is not a number',
    source: ANNOTATIONS,
    objects: withCanary({ 'canary-weight': 'half' }),
    takes: /canary-weight"\]: must be a whole number, not "half"/,
  },
  {
    rule: 'an exact path before a prefix',
    source: `${INGRESS}#multiple-matches`,
    objects: [
      ingress('i', [
        { service: 'p', path: '/a' },
        { service: 'e', path: '/a', pathType: 'Exact' },
      ]),
    ],
    request: { path: '/a' },
    takes: 'e',
  },
  {
    rule: 'the longest prefix',
    source: `${INGRESS}#multiple-matches`,
    objects: [
      ingress('i', [
        { service: 's', path: '/a' },
        { service: 'l', path: '/a/b' },
      ]),
    ],
    request: { path: '/a/b/c' },
    takes: 'l',
  },
  {
    rule: 'a prefix counts in segments',
    source: `${INGRESS}#examples`,
    objects: [ingress('i', [{ service: 'a', path: '/a' }, { service: 'r' }])],
    request: { path: '/ab' },
    takes: 'r',
  },
  {
    rule: 'an exact host before a wildcard',
    source: `${INGRESS}#hostname-wildcards`,
    objects: [
      ingress('i', [
        { service: 'w', host: '*.a.com' },
        { service: 'e', host: 'x.a.com' },
      ]),
    ],
    request: { authority: 'x.a.com' },
    takes: 'e',
  },
  {
    rule: 'a wildcard stands for one label',
    source: `${INGRESS}#hostname-wildcards`,
    objects: [ingress('i', [{ service: 'w', host: '*.a.com' }])],
    request: { authority: 'x.y.a.com' },
    takes: /no Ingress has the host x\.y\.a\.com: there are \*\.a\.com/,
  },
];

runCases('ingress-nginx', CASES);
