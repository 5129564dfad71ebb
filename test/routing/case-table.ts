import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { RouteRequest } from '../../src/routing/request.js';
import { manifestsOf, type KubernetesObject } from './objects.js';
import { forwardedBy, request, sharesOf } from './request.js';

/** One published rule, as a request that shows it. */
export interface Case {
  rule: string;
  /** Where the rule is published. */
  source: string;
  objects: readonly KubernetesObject[];
  request?: Partial<RouteRequest>;
  /** The only destination, the shares in percent, or what the error says. */
  takes: string | Readonly<Record<string, number>> | RegExp;
}

/** Runs a table of cases as tests. */
export function runCases(title: string, cases: readonly Case[]): void {
  describe(title, () => {
    for (const { rule, source, objects, request: changes, takes } of cases) {
      it(`${rule} [${source}]`, () => {
        const resolve = (): Record<string, number> =>
          sharesOf(forwardedBy(manifestsOf(objects), request({ targetPort: 80, ...changes })));
        if (takes instanceof RegExp) assert.throws(resolve, { name: 'InputError', message: takes });
        else assert.deepEqual(resolve(), typeof takes === 'string' ? { [takes]: 100 } : takes);
      });
    }
  });
}
