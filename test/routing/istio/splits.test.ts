import { runCases, type Case } from '../case-table.js';
import { destinationRule, gateway, http, split, to, virtualService } from '../objects.js';

const DOCS = 'https://istio.io/latest/docs/reference/config/networking';
const VS = `${DOCS}/virtual-service/`;
const CODE = 'istio/istio pilot/pkg/networking/core';
const GATEWAY = gateway([http(80)]);

const SPLITS: readonly Case[] = [
  {
    rule: 'weights are shares of their sum',
    source: `${VS}#HTTPRouteDestination (weight)`,
    objects: [GATEWAY, virtualService([split({ a: 1, b: 3 })])],
    takes: { a: 25, b: 75 },
  },
  {
    rule: 'a single destination ignores its weight',
    source: `${CODE}/route/route.go applyHTTPRouteDestination`,
    objects: [GATEWAY, virtualService([split({ a: 10 })])],
    takes: 'a',
  },
  {
    rule: 'zero gets nothing',
    source: `${CODE}/route/route.go applyHTTPRouteDestination`,
    objects: [GATEWAY, virtualService([split({ a: 0, b: 100 })])],
    takes: { a: 0, b: 100 },
  },
  {
    rule: 'a missing weight counts as zero',
    source: `${VS}#HTTPRouteDestination (weight)`,
    objects: [
      GATEWAY,
      virtualService([
        { route: [{ destination: { host: 'a' }, weight: 5 }, { destination: { host: 'b' } }] },
      ]),
    ],
    takes: { a: 100, b: 0 },
  },
  {
    rule: 'three ways',
    source: `${VS}#HTTPRouteDestination (weight)`,
    objects: [GATEWAY, virtualService([split({ a: 10, b: 40, c: 50 })])],
    takes: { a: 10, b: 40, c: 50 },
  },
  {
    rule: 'redirect: nothing to split',
    source: `${VS}#HTTPRedirect`,
    objects: [GATEWAY, virtualService([{ redirect: { uri: '/x', authority: 'b.com' } }])],
    takes: /redirects to b\.com\/x \(301\), so there is no split/,
  },
  {
    rule: 'directResponse: nothing to split',
    source: `${VS}#HTTPDirectResponse`,
    objects: [GATEWAY, virtualService([{ directResponse: { status: 418 } }])],
    takes: /answers 418 itself/,
  },
  {
    rule: 'mirrors are not in the split',
    source: `${VS}#HTTPRoute (mirror)`,
    objects: [GATEWAY, virtualService([{ ...split({ a: 1, b: 1 }), mirror: { host: 'c' } }])],
    takes: { a: 50, b: 50 },
  },
  {
    rule: 'rewrite does not change the match',
    source: `${VS}#HTTPRewrite`,
    objects: [
      GATEWAY,
      virtualService([
        { ...to('a', [{ uri: { prefix: '/a' } }]), rewrite: { uri: '/b' } },
        to('rest'),
      ]),
    ],
    request: { path: '/a' },
    takes: 'a',
  },
  {
    rule: 'subsets of one host are named by subset',
    source: `${VS}#Destination`,
    objects: [
      GATEWAY,
      virtualService([split({ 's/v1': 60, 's/v2': 40 })]),
      destinationRule('s', { v1: { version: 'v1' }, v2: { version: 'v2' } }),
    ],
    takes: { v1: 60, v2: 40 },
  },
  {
    rule: 'one subset name of two hosts is told with its host',
    source: `${VS}#Destination`,
    objects: [GATEWAY, virtualService([split({ 's/v1': 60, 't/v1': 40 })])],
    takes: { 's/v1': 60, 't/v1': 40 },
  },
];

runCases('Istio: splits', SPLITS);
