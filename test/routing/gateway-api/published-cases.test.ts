import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';

import type { RouteRequest } from '../../../src/routing/request.js';
import { parseManifests } from '../../../src/routing/parse-manifests.js';
import { resolveRoute } from '../../../src/routing/resolve.js';
import { request, sharesOf } from '../request.js';

const ROOT = path.resolve(import.meta.dirname, '../../../..');

interface PublishedCase {
  file: string;
  asked: Partial<RouteRequest>;
  /** The only destination, or what the problem says. */
  takes: string | RegExp;
}

const NO_GRPC = new Map([['accept', '*/*']]);

/** What a real Istio control plane makes of each file (istio/istio 86c9f01). */
const CASES: readonly PublishedCase[] = [
  {
    file: 'allowed-routes-selector',
    asked: { authority: 'a.example.com', path: '/' },
    takes: /no route is attached/,
  },
  {
    file: 'listener-isolation',
    asked: { authority: 'x.example.com', path: '/' },
    takes: /no route is attached/,
  },
  {
    file: 'http-and-grpc-share-host',
    asked: { authority: 'a.example.com', path: '/web', method: 'GET', headers: NO_GRPC },
    takes: 'b',
  },
  { file: 'grpcroute-rank', asked: { authority: 'a.example.com' }, takes: 'b' },
  {
    file: 'routes-of-different-hostnames',
    asked: { authority: 'a.example.com', path: '/api/1', method: 'GET', headers: NO_GRPC },
    takes: 'a',
  },
];

describe('Gateway API: manifests whose routes Istio is known to program', () => {
  for (const { file, asked, takes } of CASES) {
    it(file, () => {
      const name = path.join(ROOT, `test/data/routing/gateway-api/${file}.yaml`);
      const manifests = parseManifests(readFileSync(name, 'utf8'), name);
      const resolution = resolveRoute(manifests, request({ targetPort: 80, ...asked }));
      if (takes instanceof RegExp) {
        assert.ok(resolution.kind === 'none', `it ${resolution.kind}s`);
        assert.match(resolution.problem.summary, takes);
      } else {
        assert.ok(resolution.kind === 'forward', `it ${resolution.kind}s`);
        assert.deepEqual(sharesOf(resolution), { [takes]: 100 });
      }
    });
  }
});
