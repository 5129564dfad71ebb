import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { resolveRoute } from '../../../src/routing/resolve.js';
import { runCases, type Case } from '../case-table.js';
import { manifestsOf } from '../objects.js';
import { request } from '../request.js';
import { ingress } from './ingress.js';

const TEMPLATE =
  'kubernetes/ingress-nginx internal/ingress/controller/template/template.go, buildLocation';
const LOCATION = 'https://nginx.org/en/docs/http/ngx_http_core_module.html#location';

const REWRITES = { 'rewrite-target': '/$1' };
const PATTERNS = [
  ingress(
    'main',
    [
      { service: 'a', path: '/(.*)', pathType: 'ImplementationSpecific' },
      { service: 'b', path: '/b-2/(.*)', pathType: 'ImplementationSpecific' },
    ],
    { annotations: REWRITES },
  ),
];
const beside = (annotations: Readonly<Record<string, string>>): Case['objects'] => [
  ingress('plain', [
    { service: 'a', path: '/api' },
    { service: 'e', path: '/v1', pathType: 'Exact' },
    { service: 'r' },
  ]),
  ingress('regex', [{ service: 'b', path: '/b' }], { annotations }),
];

const CASES: readonly Case[] = [
  {
    rule: 'rewrite-target makes paths regular expressions',
    source: TEMPLATE,
    objects: PATTERNS,
    request: { path: '/foo' },
    takes: 'a',
  },
  {
    rule: 'the longest is tried first',
    source: TEMPLATE,
    objects: PATTERNS,
    request: { path: '/b-2/foo' },
    takes: 'b',
  },
  {
    rule: 'whatever the case',
    source: TEMPLATE,
    objects: PATTERNS,
    request: { path: '/B-2/foo' },
    takes: 'b',
  },
  {
    rule: 'use-regex of one path holds for all of the host: no segments',
    source: `${TEMPLATE}, enforceRegexModifier`,
    objects: beside({ 'use-regex': 'true' }),
    request: { path: '/apis' },
    takes: 'a',
  },
  {
    rule: 'and exact paths are beginnings',
    source: `${TEMPLATE}, enforceRegexModifier`,
    objects: beside({ 'use-regex': 'true' }),
    request: { path: '/V1/x' },
    takes: 'e',
  },
  {
    rule: 'without it a prefix counts in segments',
    source: `${TEMPLATE}, enforceRegexModifier`,
    objects: beside({}),
    request: { path: '/apis' },
    takes: 'r',
  },
  {
    rule: 'a rewrite-target that is the path itself rewrites nothing',
    source: 'kubernetes/ingress-nginx internal/ingress/controller/location.go, needsRewrite',
    objects: [
      ingress('main', [{ service: 'a' }], { annotations: { 'rewrite-target': '/' } }),
      ingress('more', [{ service: 'b', path: '/b' }]),
    ],
    request: { path: '/B' },
    takes: 'a',
  },
  {
    rule: 'the / that a host has by itself is rewritten as its first Ingress says',
    source: 'kubernetes/ingress-nginx internal/ingress/controller/controller.go, createServers',
    objects: [
      ingress('main', [{ service: 'b', host: 'a.com', path: '/b' }], {
        annotations: { 'rewrite-target': '/b' },
      }),
    ],
    request: { authority: 'a.com', path: '/B' },
    takes: 'b',
  },
  {
    rule: 'another host keeps its paths',
    source: `${TEMPLATE}, enforceRegexModifier`,
    objects: [
      ingress('plain', [
        { service: 'a', host: 'a.com', path: '/api' },
        { service: 'r', host: 'a.com' },
      ]),
      ingress('regex', [{ service: 'b', host: 'b.com' }], { annotations: { 'use-regex': 'true' } }),
    ],
    request: { authority: 'a.com', path: '/apis' },
    takes: 'r',
  },
  {
    rule: 'an alternative in a path is an alternative of the whole',
    source: TEMPLATE,
    objects: [
      ingress('main', [{ service: 'a', path: '/x|/y' }, { service: 'r' }], {
        annotations: { 'use-regex': 'true' },
      }),
    ],
    request: { path: '/z/y' },
    takes: 'a',
  },
  {
    rule: 'a pattern that RE2 does not know is refused',
    source: TEMPLATE,
    objects: [
      ingress('main', [{ service: 'a', path: '/(?!x)' }], { annotations: { 'use-regex': 'true' } }),
    ],
    takes: /not a regular expression in RE2 syntax/,
  },
  {
    rule: 'without regular expressions it is a text',
    source: TEMPLATE,
    objects: [ingress('main', [{ service: 'a', path: '/(.*)' }, { service: 'r' }])],
    request: { path: '/foo' },
    takes: 'r',
  },
  {
    rule: 'an exact path before a longer prefix',
    source: LOCATION,
    objects: [
      ingress('main', [
        { service: 'e', path: '/a', pathType: 'Exact' },
        { service: 'p', path: '/a/' },
      ]),
    ],
    request: { path: '/a' },
    takes: 'e',
  },
  {
    rule: 'dots, empty segments and encoded letters do not count',
    source: LOCATION,
    objects: [ingress('main', [{ service: 'a', path: '/a/b' }, { service: 'r' }])],
    request: { path: '/x/..//%61/./b?q=/../' },
    takes: 'a',
  },
  {
    rule: 'a path that goes up leaves its prefix',
    source: LOCATION,
    objects: [ingress('main', [{ service: 'a', path: '/a' }, { service: 'r' }])],
    request: { path: '/a/..' },
    takes: 'r',
  },
];

runCases('ingress-nginx: locations', CASES);

describe('a prefix that ends with a slash', () => {
  const slashed = ingress('main', [{ service: 'a', path: '/a/' }, { service: 'r' }]);

  it('has nginx ask for the slash', () => {
    const found = resolveRoute(manifestsOf([slashed]), request({ path: '/a' }));
    assert.equal(found.kind === 'redirect' ? found.to : found.kind, '/a/ (301)');
  });

  it('not where the path is there without it', () => {
    const both = ingress('both', [{ service: 'b', path: '/a' }]);
    const found = resolveRoute(manifestsOf([slashed, both]), request({ path: '/a' }));
    assert.equal(found.route?.source, 'Ingress default/both');
  });
});
