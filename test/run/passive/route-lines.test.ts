import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OF_ROUTES } from '../../../src/log/line-needs.js';
import { lineParser } from '../../../src/log/line-parser.js';
import type { OtherTaker, RuleTaker } from '../../../src/routing/rule-taker.js';
import { routeOfLines } from '../../../src/run/passive/route-lines.js';

const ASKED = {
  ...{ kind: 'http', method: 'GET', path: '/cart?a=1', scheme: 'http' },
  ...{ authority: 'shop.example.com', metadata: [], timeoutMs: 1000, body: new Uint8Array(0) },
} as const;

const parse = lineParser(null, OF_ROUTES);
const lineOf = (said: Record<string, string | null>) =>
  parse(JSON.stringify({ upstream_host: '10.0.0.1:80', ...said }))!;

describe('lines of a route', () => {
  const cart = lineOf({ path: '/cart?b=2', authority: 'Shop.example.com:443' });
  const other = lineOf({ path: '/pay', authority: 'shop.example.com', route_name: 'pay' });
  const elsewhere = lineOf({ path: '/cart', authority: 'web.example.com', route_name: 'cart.a' });
  const kindsOf = (taker: RuleTaker | undefined, routeName: string | null) =>
    [cart, other, elsewhere].map(
      (line) => routeOfLines(ASKED as never, taker, routeName)(line).kind,
    );

  it('are those of the same host and path, without manifests', () => {
    assert.deepEqual(kindsOf(undefined, null), ['own', 'other', 'other']);
  });

  it('are those of the name that is given, and of the host', () => {
    assert.deepEqual(kindsOf(undefined, 'pay'), ['other', 'own', 'other']);
  });

  it('are those that the rule takes, and that do not have the name of another', () => {
    assert.deepEqual(kindsOf(takerOf('cart', []), null), ['own', 'other', 'own']);
  });
});

describe('lines that may be of two rules', () => {
  const named = { kind: 'rule', name: 'test' } as const;
  const unnamed = { kind: 'rule', name: null } as const;
  const none = { kind: 'none', name: null } as const;
  const cases: [string, string | null, OtherTaker, Record<string, string | null>, string][] = [
    ['by the name of neither', 'own', named, {}, 'either'],
    ['by the name of the rule itself', 'own', unnamed, { route_name: 'own.match' }, 'own'],
    ['by the name of the other', null, named, { route_name: 'test' }, 'other'],
    ['by having no name, where the other has one', null, named, { route_name: '-' }, 'own'],
    ['by having no name, as JSON has it', null, named, { route_name: null }, 'own'],
    ['by no name, where neither has one', null, unnamed, { route_name: '-' }, 'either'],
    ['by a flag, where no rule takes the other', null, none, { response_flags: 'NR' }, 'either'],
    ['by no flag, where no rule takes the other', null, none, { response_flags: 'UH' }, 'own'],
    ['by flags that are not logged', null, none, {}, 'either'],
  ];
  for (const [name, own, other, said, expected] of cases) {
    it(`are told apart ${name}: ${expected}`, () => {
      const route = routeOfLines(ASKED as never, takerOf(own, [other]), null);
      assert.equal(route(lineOf({ path: '/cart', ...said })).kind, expected);
    });
  }

  it('are told apart by the name that is given', () => {
    const route = routeOfLines(ASKED as never, takerOf(null, [unnamed]), 'mine');
    assert.equal(route(lineOf({ path: '/cart', route_name: 'mine' })).kind, 'own');
    assert.equal(route(lineOf({ path: '/cart', route_name: 'others' })).kind, 'other');
  });
});

function takerOf(name: string | null, others: readonly OtherTaker[]): RuleTaker {
  return { name, taking: () => ({ isTaken: true, others, headers: ['x-test'] }) };
}
