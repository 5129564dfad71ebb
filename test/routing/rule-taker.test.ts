import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type OtherRequest, ruleTaker, type Taking } from '../../src/routing/rule-taker.js';
import { parseManifests } from '../../src/routing/parse-manifests.js';
import { documents, headers, request } from './request.js';

const GATEWAY = `apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: gw}
spec:
  servers:
  - port: {number: 8080, name: http, protocol: HTTP}
    hosts: ["*"]`;

const TO = (weights: Record<string, number>): string =>
  `route: [${Object.entries(weights)
    .map(([subset, weight]) => `{destination: {host: shop, subset: ${subset}}, weight: ${weight}}`)
    .join(', ')}]`;

const SPLIT = TO({ v1: 60, v2: 40 });
const CANARY = TO({ v2: 100 });

function takingOf(
  rules: readonly string[],
  other: Partial<OtherRequest> = {},
  asked: Readonly<Record<string, string>> = {},
): Taking {
  const vs = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: vs}
spec:
  hosts: ["*"]
  gateways: [gw]
  http:
${rules.map((rule) => `  - {${rule}}`).join('\n')}`;
  const manifests = parseManifests(documents(GATEWAY, vs), 'test.yaml');
  const own = { method: 'GET', path: '/cart', authority: '127.0.0.1:8080' };
  const taker = ruleTaker(manifests, request({ ...own, headers: headers(asked) }));
  return taker!.taking({ ...own, userAgent: null, ...other });
}

const ofRule = (name: string | null) => ({ kind: 'rule' as const, name });
const NONE = { kind: 'none' as const, name: null };

describe('requests of others that look as if a rule took them', () => {
  const cases: Readonly<Record<string, [Taking, Taking]>> = {
    'are its own where no rule goes by headers': [
      takingOf(['match: [{uri: {prefix: /pay}}], ' + CANARY, SPLIT]),
      { isTaken: true, others: [], headers: [] },
    ],
    'may be those of a rule before it, by a header': [
      takingOf([`name: test, match: [{headers: {x-test: {exact: "1"}}}], ${CANARY}`, SPLIT]),
      { isTaken: true, others: [ofRule('test')], headers: ['x-test'] },
    ],
    'are its own where that rule sends them the same way': [
      takingOf([`match: [{headers: {x-test: {exact: "1"}}}], ${SPLIT}`, SPLIT]),
      { isTaken: true, others: [], headers: ['x-test'] },
    ],
    'are its own where that rule is for other paths': [
      takingOf([
        `match: [{uri: {prefix: /admin}, headers: {x-test: {exact: "1"}}}], ${CANARY}`,
        SPLIT,
      ]),
      { isTaken: true, others: [], headers: [] },
    ],
    'may be that rule’s where they are for its paths, whatever was asked': [
      takingOf(
        [`match: [{uri: {prefix: /admin}, headers: {x-test: {exact: "1"}}}], ${CANARY}`, SPLIT],
        { path: '/admin/a' },
      ),
      { isTaken: true, others: [ofRule(null)], headers: ['x-test'] },
    ],
    'may be those of a rule behind it, or of none, where the rule itself goes by a header': [
      takingOf(
        [
          `match: [{headers: {x-test: {exact: "1"}}}], ${SPLIT}`,
          `name: rest, match: [{headers: {x-beta: {exact: "1"}}}], ${CANARY}`,
        ],
        {},
        { 'x-test': '1' },
      ),
      { isTaken: true, others: [ofRule('rest'), NONE], headers: ['x-test', 'x-beta'] },
    ],
    'are told apart by a user agent that is logged': [
      takingOf([`match: [{headers: {user-agent: {regex: ".*Firefox.*"}}}], ${CANARY}`, SPLIT], {
        userAgent: 'Mozilla Firefox',
      }),
      { isTaken: false, others: [], headers: [] },
    ],
    'are its own by a user agent that is another': [
      takingOf([`match: [{headers: {user-agent: {regex: ".*Firefox.*"}}}], ${CANARY}`, SPLIT], {
        userAgent: 'curl',
      }),
      { isTaken: true, others: [], headers: [] },
    ],
    'may be others’ by a user agent that is not logged': [
      takingOf([`match: [{headers: {user-agent: {regex: ".*Firefox.*"}}}], ${CANARY}`, SPLIT]),
      { isTaken: true, others: [ofRule(null)], headers: ['user-agent'] },
    ],
    'may be that of a rule for requests without a header': [
      takingOf([`match: [{withoutHeaders: {x-old: {}}}], ${SPLIT}`, CANARY]),
      { isTaken: true, others: [ofRule(null)], headers: ['x-old'] },
    ],
    'are none of its own where another takes them by their path': [
      takingOf([`match: [{uri: {prefix: /pay}}], ${CANARY}`, SPLIT], { path: '/pay' }),
      { isTaken: false, others: [], headers: [] },
    ],
  };
  for (const [name, [actual, expected]] of Object.entries(cases)) {
    it(name, () => {
      assert.deepEqual(actual, expected);
    });
  }
});
