import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OF_ROUTES } from '../../../src/log/line-needs.js';
import { lineParser } from '../../../src/log/line-parser.js';
import { routeLines } from '../../../src/run/passive/route-lines.js';

const ASKED = {
  ...{ kind: 'http', method: 'GET', path: '/cart?a=1', scheme: 'http' },
  ...{ authority: 'shop.example.com', metadata: [], timeoutMs: 1000, body: new Uint8Array(0) },
} as const;

const parse = lineParser(null, OF_ROUTES);
const lineOf = (said: Record<string, string>) =>
  parse(JSON.stringify({ upstream_host: '10.0.0.1:80', ...said }))!;

describe('lines of a route', () => {
  const cart = lineOf({ path: '/cart?b=2', authority: 'Shop.example.com:443' });
  const other = lineOf({ path: '/pay', authority: 'shop.example.com', route_name: 'pay' });
  const elsewhere = lineOf({ path: '/cart', authority: 'web.example.com', route_name: 'cart.a' });

  it('are those of the same host and path, without manifests', () => {
    const isOfRoute = routeLines(ASKED as never, undefined, null);
    assert.deepEqual([cart, other, elsewhere].map(isOfRoute), [true, false, false]);
  });

  it('are those of the name that is given, and of the host', () => {
    const isOfRoute = routeLines(ASKED as never, undefined, 'pay');
    assert.deepEqual([cart, other, elsewhere].map(isOfRoute), [false, true, false]);
  });

  it('are those that the rule takes, and that do not have the name of another', () => {
    const taker = { name: 'cart', decidingHeaders: [], takes: () => true };
    const isOfRoute = routeLines(ASKED as never, taker, null);
    assert.deepEqual([cart, other, elsewhere].map(isOfRoute), [true, false, true]);
  });
});
