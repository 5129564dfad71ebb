import { runCases, type Case } from '../case-table.js';
import { apiGateway, backends, httpRoute, listener, type KubernetesObject } from '../objects.js';
import { headers } from '../request.js';

const SPEC = 'https://gateway-api.sigs.k8s.io/reference/spec/';
const MATCH = `${SPEC}#httproutematch`;
const RULE = `${SPEC}#httprouterule`;

const GATEWAY = apiGateway([listener()]);

/** Rules that each lead to the Service of their key. */
function rules(matches: Readonly<Record<string, KubernetesObject>>): readonly KubernetesObject[] {
  return [
    GATEWAY,
    httpRoute(
      Object.entries(matches).map(([name, match]) =>
        backends({ [name]: null }, { matches: [match] }),
      ),
    ),
  ];
}

const exact = (value: string): KubernetesObject => ({ path: { type: 'Exact', value } });
const prefix = (value: string): KubernetesObject => ({ path: { type: 'PathPrefix', value } });
const regex = (value: string): KubernetesObject => ({ path: { type: 'RegularExpression', value } });
const header = (name: string, value: string): KubernetesObject => ({ name, value });

const MATCHES: readonly Case[] = [
  {
    rule: 'a prefix counts in segments',
    source: `${SPEC}#pathmatchtype`,
    objects: rules({ hit: prefix('/a'), rest: {} }),
    request: { path: '/ab' },
    takes: 'rest',
  },
  {
    rule: 'a prefix takes what is below',
    source: `${SPEC}#pathmatchtype`,
    objects: rules({ hit: prefix('/a'), rest: {} }),
    request: { path: '/a/b' },
    takes: 'hit',
  },
  {
    rule: 'a prefix’s trailing slash does not matter',
    source: `${SPEC}#pathmatchtype`,
    objects: rules({ hit: prefix('/a/'), rest: {} }),
    request: { path: '/a' },
    takes: 'hit',
  },
  {
    rule: 'a path is case-sensitive',
    source: `${SPEC}#pathmatchtype`,
    objects: rules({ hit: prefix('/A'), rest: {} }),
    request: { path: '/a' },
    takes: 'rest',
  },
  {
    rule: 'PathPrefix is the default type',
    source: `${SPEC}#httppathmatch`,
    objects: rules({ hit: { path: { value: '/a' } }, rest: {} }),
    request: { path: '/a/b' },
    takes: 'hit',
  },
  {
    rule: 'no matches take everything',
    source: RULE,
    objects: [GATEWAY, httpRoute([backends({ a: null })])],
    takes: 'a',
  },
  {
    rule: 'method',
    source: MATCH,
    objects: rules({ hit: { method: 'GET' }, rest: {} }),
    request: { method: 'GET' },
    takes: 'hit',
  },
  {
    rule: 'headers are AND',
    source: MATCH,
    objects: rules({ hit: { headers: [header('a', '1'), header('b', '2')] }, rest: {} }),
    request: { headers: headers({ a: '1' }) },
    takes: 'rest',
  },
  {
    rule: 'of a header given twice only the first counts',
    source: `${SPEC}#httpheadermatch`,
    objects: rules({ hit: { headers: [header('a', '1'), header('A', '2')] }, rest: {} }),
    request: { headers: headers({ a: '1' }) },
    takes: 'hit',
  },
  {
    rule: 'a header’s regular expression',
    source: `${SPEC}#headermatchtype`,
    objects: rules({
      hit: { headers: [{ type: 'RegularExpression', name: 'a', value: '\\d+' }] },
      rest: {},
    }),
    request: { headers: headers({ a: '12' }) },
    takes: 'hit',
  },
  {
    rule: 'query parameters',
    source: `${SPEC}#httpqueryparammatch`,
    objects: rules({ hit: { queryParams: [header('v', '2')] }, rest: {} }),
    request: { path: '/?v=2' },
    takes: 'hit',
  },
  {
    rule: 'matches of a rule are OR',
    source: RULE,
    objects: [
      GATEWAY,
      httpRoute([
        backends({ hit: null }, { matches: [prefix('/a'), prefix('/b')] }),
        backends({ rest: null }),
      ]),
    ],
    request: { path: '/b' },
    takes: 'hit',
  },
];

const PRECEDENCE: readonly Case[] = [
  {
    rule: 'exact before prefix, wherever it stands',
    source: RULE,
    objects: rules({ prefix: prefix('/a/b/c'), exact: exact('/a/b/c') }),
    request: { path: '/a/b/c' },
    takes: 'exact',
  },
  {
    rule: 'the longest prefix',
    source: RULE,
    objects: rules({ short: prefix('/a'), long: prefix('/a/b') }),
    request: { path: '/a/b/c' },
    takes: 'long',
  },
  {
    rule: 'a method before none',
    source: RULE,
    objects: rules({ none: prefix('/a'), method: { ...prefix('/a'), method: 'POST' } }),
    request: { path: '/a' },
    takes: 'method',
  },
  {
    rule: 'a longer prefix before a method',
    source: RULE,
    objects: rules({ method: { ...prefix('/a'), method: 'POST' }, long: prefix('/a/b') }),
    request: { path: '/a/b' },
    takes: 'long',
  },
  {
    rule: 'more headers before fewer',
    source: RULE,
    objects: rules({
      one: { headers: [header('a', '1')] },
      two: { headers: [header('a', '1'), header('b', '2')] },
    }),
    request: { headers: headers({ a: '1', b: '2' }) },
    takes: 'two',
  },
  {
    rule: 'a method before headers',
    source: RULE,
    objects: rules({
      headers: { headers: [header('a', '1'), header('b', '2')] },
      method: { method: 'POST' },
    }),
    request: { headers: headers({ a: '1', b: '2' }) },
    takes: 'method',
  },
  {
    rule: 'headers before query parameters',
    source: RULE,
    objects: rules({
      query: { queryParams: [header('a', '1'), header('b', '2')] },
      header: { headers: [header('a', '1')] },
    }),
    request: { path: '/?a=1&b=2', headers: headers({ a: '1' }) },
    takes: 'header',
  },
  {
    rule: 'more query parameters before fewer',
    source: RULE,
    objects: rules({
      one: { queryParams: [header('a', '1')] },
      two: { queryParams: [header('a', '1'), header('b', '2')] },
    }),
    request: { path: '/?a=1&b=2' },
    takes: 'two',
  },
  {
    rule: 'the first of equals in one route',
    source: RULE,
    objects: rules({ one: prefix('/a'), two: prefix('/a') }),
    request: { path: '/a' },
    takes: 'one',
  },
  {
    rule: 'the older of equal routes',
    source: RULE,
    objects: [
      GATEWAY,
      httpRoute([backends({ young: null })], { name: 'a', day: 2 }),
      httpRoute([backends({ old: null })], { name: 'b', day: 1 }),
    ],
    takes: 'old',
  },
  {
    rule: 'of one age by namespace/name',
    source: RULE,
    objects: [
      GATEWAY,
      httpRoute([backends({ b: null })], { name: 'b', day: 1 }),
      httpRoute([backends({ a: null })], { name: 'a', day: 1 }),
    ],
    takes: 'a',
  },
  {
    rule: 'without ages it cannot be told',
    source: RULE,
    objects: [
      GATEWAY,
      httpRoute([backends({ a: null })], { name: 'a' }),
      httpRoute([backends({ b: null })], { name: 'b' }),
    ],
    takes: /could both take the request.*--virtual-service default\/a$/,
  },
  {
    rule: 'a more specific rule of another route needs no age',
    source: RULE,
    objects: [
      GATEWAY,
      httpRoute([backends({ a: null })], { name: 'a' }),
      httpRoute([backends({ b: null }, { matches: [exact('/b')] })], { name: 'b' }),
    ],
    request: { path: '/b' },
    takes: 'b',
  },
  {
    rule: 'regular expressions come after prefixes (Istio)',
    source: 'istio/istio pilot/pkg/config/kube/gateway/conversion.go getURIRank',
    objects: rules({ regex: regex('/a/.*'), prefix: prefix('/a') }),
    request: { path: '/a/b' },
    takes: 'prefix',
  },
];

runCases('HTTPRoute: matches', MATCHES);
runCases('HTTPRoute: precedence', PRECEDENCE);
