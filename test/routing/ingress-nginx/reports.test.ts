import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';

import { parseManifests } from '../../../src/routing/parse-manifests.js';
import type { RouteRequest } from '../../../src/routing/request.js';
import type { Resolution } from '../../../src/routing/resolution.js';
import { resolveRoute } from '../../../src/routing/resolve.js';
import { headers, request, sharesOf } from '../request.js';

const DATA = path.resolve(import.meta.dirname, '../../../../test/data/routing/ingress-nginx');

function resolved(name: string, changes: Partial<RouteRequest>): Resolution {
  const text = readFileSync(path.join(DATA, `${name}.yaml`), 'utf8');
  return resolveRoute(parseManifests(text, `${name}.yaml`), request(changes));
}

const GET = { method: 'GET', headers: headers({ accept: '*/*' }) };

/** Manifests written after public reports, with what their cluster does. */
const REPORTS: readonly [
  string,
  Partial<RouteRequest>,
  Readonly<Record<string, number>> | string,
  readonly string[],
][] = [
  [
    'nginx-canary-service-used-elsewhere',
    { authority: 'app.example.com' },
    { 'app-main': 100, 'app-canary': 0 },
    ['age-unknown'],
  ],
  [
    'nginx-canary-service-used-elsewhere',
    { authority: 'canary.example.com' },
    { 'app-canary': 100 },
    ['age-unknown'],
  ],
  [
    'nginx-tls-redirect-and-backend-protocol',
    { authority: 'app.example.com', ...GET },
    'the same address over https (308)',
    [],
  ],
  [
    'nginx-tls-redirect-and-backend-protocol',
    { authority: 'app.example.com', scheme: 'https' },
    { 'app-main': 80, 'app-canary': 20 },
    ['protocol-mismatch'],
  ],
  [
    'nginx-tls-redirect-and-backend-protocol',
    { authority: 'other.example.com', scheme: 'https' },
    { 'app-main': 80, 'app-canary': 20 },
    ['protocol-mismatch'],
  ],
  [
    'nginx-rewrite-target-regex',
    { authority: 'grpc.example.internal', scheme: 'https', path: '/p.S/M' },
    { 'service-1': 100 },
    [],
  ],
  [
    'nginx-rewrite-target-regex',
    { authority: 'grpc.example.internal', scheme: 'https', path: '/prefix-2/p.S/M' },
    { 'service-2': 100 },
    [],
  ],
  [
    'nginx-canary-path-without-main',
    { authority: 'app.example.com' },
    { web: 100 },
    ['canary-without-effect'],
  ],
  [
    'extensions-v1beta1',
    { authority: 'abc.example.com', ...GET },
    { 'prod-service': 50, 'canary-service': 50 },
    ['removed-api-version', 'removed-api-version', 'removed-api-version'],
  ],
  [
    'extensions-v1beta1',
    { authority: 'other.example.com', ...GET },
    { 'prod-service': 50, 'canary-service': 50 },
    ['removed-api-version', 'removed-api-version', 'removed-api-version'],
  ],
];

describe('public reports about ingress-nginx', () => {
  for (const [name, changes, expected, codes] of REPORTS) {
    it(`${name}: ${changes.scheme ?? 'http'}://${changes.authority ?? ''}${changes.path ?? ''}`, () => {
      const found = resolved(name, changes);
      const outcome =
        found.kind === 'forward'
          ? sharesOf(found)
          : found.kind === 'redirect'
            ? found.to
            : found.kind;
      assert.deepEqual(outcome, expected);
      assert.deepEqual(
        [...found.findings, ...found.lint].map(({ code }) => code),
        codes,
      );
    });
  }
});
