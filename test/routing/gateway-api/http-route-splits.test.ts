import { runCases, type Case } from '../case-table.js';
import { apiGateway, backends, httpRoute, listener } from '../objects.js';

const SPEC = 'https://gateway-api.sigs.k8s.io/reference/spec/';
const RULE = `${SPEC}#httprouterule`;
const GATEWAY = apiGateway([listener()]);

const SPLITS: readonly Case[] = [
  {
    rule: 'weights are shares of their sum',
    source: `${SPEC}#backendref`,
    objects: [GATEWAY, httpRoute([backends({ a: 1, b: 4 })])],
    takes: { a: 20, b: 80 },
  },
  {
    rule: 'a missing weight is 1',
    source: `${SPEC}#backendref`,
    objects: [GATEWAY, httpRoute([backends({ a: null, b: 3 })])],
    takes: { a: 25, b: 75 },
  },
  {
    rule: 'zero gets nothing',
    source: `${SPEC}#backendref`,
    objects: [GATEWAY, httpRoute([backends({ a: 0, b: 7 })])],
    takes: { a: 0, b: 100 },
  },
  {
    rule: 'all zero: 500',
    source: `${SPEC}#backendref`,
    objects: [GATEWAY, httpRoute([backends({ a: 0, b: 0 })])],
    takes: /fails with HTTP 500/,
  },
  {
    rule: 'no backends: 500',
    source: RULE,
    objects: [GATEWAY, httpRoute([{ matches: [{ path: { type: 'PathPrefix', value: '/' } }] }])],
    takes: /fails with HTTP 500/,
  },
  {
    rule: 'a redirect has nothing to split',
    source: `${SPEC}#httprequestredirectfilter`,
    objects: [
      GATEWAY,
      httpRoute([
        { filters: [{ type: 'RequestRedirect', requestRedirect: { hostname: 'b.com' } }] },
      ]),
    ],
    takes: /redirects to b\.com \(302\)/,
  },
  {
    rule: 'a mirror is not in the split',
    source: `${SPEC}#httprequestmirrorfilter`,
    objects: [
      GATEWAY,
      httpRoute([
        backends(
          { a: 1, b: 1 },
          {
            filters: [
              { type: 'RequestMirror', requestMirror: { backendRef: { name: 'c', port: 80 } } },
            ],
          },
        ),
      ]),
    ],
    takes: { a: 50, b: 50 },
  },
  {
    rule: 'v1beta1 reads alike',
    source: SPEC,
    objects: [GATEWAY, httpRoute([backends({ a: 1, b: 4 })], { version: 'v1beta1' })],
    takes: { a: 20, b: 80 },
  },
  {
    rule: 'a Service needs a port',
    source: `${SPEC}#backendobjectreference`,
    objects: [GATEWAY, httpRoute([{ backendRefs: [{ name: 'a' }] }])],
    takes: /is not programmed, with all its rules: a Service needs a port/,
  },
  {
    rule: 'weights are not negative',
    source: `${SPEC}#backendref`,
    objects: [GATEWAY, httpRoute([backends({ a: -1 })])],
    takes: /weight: must be between 0 and 1000000, and is -1/,
  },
];

runCases('HTTPRoute: splits', SPLITS);
