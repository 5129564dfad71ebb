import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InputError } from '../../src/input-error.js';
import { dialledTarget } from '../../src/scenario/dialled.js';
import { parseOkStatuses } from '../../src/scenario/ok-status.js';
import { parseScenario } from '../../src/scenario/scenario-file.js';
import { overlaid } from '../../src/scenario/call-list.js';
import { scenarioOf } from '../../src/scenario/scenario.js';
import type { Settings } from '../../src/scenario/schema.js';
import { formatTarget, hasPath, parseTarget, parseTargetUrl } from '../../src/scenario/target.js';

const WEIGHTS = { weights: 'v1=1,v2=1' };

function scenario(settings: Settings) {
  return scenarioOf({ ...WEIGHTS, ...settings }, 'verify');
}

function httpCall(settings: Settings) {
  const { call } = scenario(settings).calls[0]!;
  assert.equal(call.kind, 'http');
  return call;
}

describe('the path of a URL', () => {
  const cases: [string, string | null][] = [
    ['http://shop', null],
    ['http://shop/', '/'],
    ['http://shop/productpage?u=normal#top', '/productpage?u=normal'],
    ['https://[::1]:8443/a/../b', '/a/../b'],
    ['http://shop?q=1', '/?q=1'],
    ['http://shop/süß', '/s%C3%BC%C3%9F'],
    ['shop:80', null],
  ];
  for (const [url, expected] of cases) {
    it(url, () => {
      assert.equal(parseTargetUrl(url).path, expected);
    });
  }

  it('is there or not, however the scheme is written', () => {
    for (const [url, expected] of [...cases, ['HTTP://shop/cart', '/cart'] as const]) {
      assert.equal(hasPath(url), expected !== null, url);
      assert.equal(parseTargetUrl(url).path, expected);
    }
  });

  it('has no blanks', () => {
    assert.throws(() => parseTargetUrl('http://shop/a b'), /%20/);
  });

  it('follows a scheme in any letters', () => {
    assert.deepEqual(parseTargetUrl('HTTPS://shop/Cart'), {
      target: { kind: 'tcp', host: 'shop', port: 443, scheme: 'https' },
      path: '/Cart',
      isWebSocket: false,
    });
  });

  const misplaced: [string, RegExp][] = [
    ['shop:80/cart', /a path stands in a URL, .* or in --path/],
    ['[::1]:80/cart', /a path stands in a URL/],
    ['shop:80?id=1', /a path stands in a URL/],
    ['http://jack:s3cret@shop/cart', /passwords are given with --user/],
    ['jack:s3cret@shop:80', /passwords are given with --user/],
  ];
  for (const [text, message] of misplaced) {
    it(`is told where it belongs: ${text}`, () => {
      assert.throws(
        () => parseTargetUrl(text),
        (error) => {
          assert.ok(error instanceof InputError);
          assert.match(error.message, message);
          assert.doesNotMatch(error.message, /s3cret/);
          return true;
        },
      );
    });
  }
});

describe('what is asked for', () => {
  const http: [string, Settings, string][] = [
    ['a URL with a path', { target: 'http://shop/cart?id=1' }, 'GET /cart?id=1'],
    ['a URL with / alone', { target: 'http://shop/' }, 'GET /'],
    ['--path', { target: 'shop:80', http: { path: '/cart' } }, 'GET /cart'],
    ['-X', { target: 'shop:80', http: { method: 'delete' } }, 'DELETE /'],
    ['-d', { target: 'http://shop/cart', http: { body: 'x' } }, 'POST /cart'],
    ['--protocol', { target: 'shop:80', protocol: 'http' }, 'GET /'],
    ['--path before the URL', { target: 'http://shop/a', http: { path: '/b' } }, 'GET /b'],
  ];
  for (const [what, settings, expected] of http) {
    it(`${what} is HTTP`, () => {
      const { method, path } = httpCall(settings);
      assert.equal(`${method} ${path}`, expected);
    });
  }

  it('a METHOD is gRPC, at a bare URL too', () => {
    for (const target of ['http://shop', 'https://shop/', 'shop:80']) {
      assert.equal(scenario({ target, call: 'a.B/C' }).calls[0]!.call.kind, 'grpc');
    }
  });

  const mistakes: [string, Settings, RegExp][] = [
    ['neither', { target: 'shop:80' }, /a gRPC method .* or plain HTTP by a URL with a path/],
    ['both', { target: 'http://shop/cart', call: 'a.B/C' }, /TARGET: .*drop the path/],
    ['both', { target: 'shop:80', http: { path: '/a' }, call: 'a.B/C' }, /--path: /],
    ['a gRPC method for HTTP', { target: 'a:1', call: 'a.B/C', protocol: 'http' }, /--protocol/],
    ['gRPC without a method', { target: 'http://shop/a', protocol: 'grpc' }, /--call/],
    ['gRPC in HTTP/1.1', { target: 'a:1', call: 'a.B/C', 'http-version': '1.1' }, /HTTP\/2/],
    ['HTTP by grpc-js', { target: 'http://a/b', engine: 'grpc-js' }, /--engine/],
    ['statuses of gRPC', { target: 'a:1', call: 'a.B/C', 'ok-status': '200' }, /--ok-status/],
  ];
  for (const [what, settings, message] of mistakes) {
    it(`is refused: ${what}`, () => {
      assert.throws(
        () => scenario(settings),
        (error) => {
          assert.ok(error instanceof InputError);
          assert.match(error.message, message);
          return true;
        },
      );
    });
  }
});

describe('an HTTP request', () => {
  it('has curl’s headers, and those it is given', () => {
    const call = httpCall({
      target: 'http://10.0.0.1/cart',
      header: ['Host: shop.example.com:8080', 'X-User: jack', 'X-Empty;'],
      user: 'jack:s3cret:x',
      http: { body: 'a=1' },
    });
    assert.equal(call.authority, 'shop.example.com:8080');
    assert.deepEqual(call.metadata, [
      ['accept', '*/*'],
      ['authorization', `Basic ${Buffer.from('jack:s3cret:x').toString('base64')}`],
      ['content-type', 'application/x-www-form-urlencoded'],
      ['x-user', 'jack'],
      ['x-empty', ''],
    ]);
  });

  it('loses what is taken away, and what is given another value', () => {
    const { metadata } = httpCall({
      target: 'http://shop/',
      header: ['Accept:', 'content-type: text/plain'],
      http: { body: 'x' },
    });
    assert.deepEqual(metadata, [['content-type', 'text/plain']]);
  });

  it('carries bytes as they are, and data as JSON', () => {
    const text = httpCall({ target: 'http://shop/', http: { body: 'ä\n' } });
    assert.deepEqual([...text.body], [0xc3, 0xa4, 0x0a]);
    const json = httpCall({ target: 'http://shop/', http: { body: { a: [1] } } });
    assert.equal(Buffer.from(json.body).toString(), '{"a":[1]}');
    assert.deepEqual(json.metadata.at(-1), ['content-type', 'application/json']);
  });

  it('is asked for with the name that Host says, over TLS', () => {
    const { security } = scenario({ target: 'https://10.0.0.1/', header: ['host: a.example:443'] });
    assert.equal(security.kind === 'tls' ? security.serverName : null, 'a.example');
  });

  it('is asked for with the name that the authority says, unless another is given', () => {
    const target = '10.0.0.1:443';
    const call = 'a.B/C';
    for (const [settings, name] of [
      [{ call, authority: 'grpc.example.com' }, 'grpc.example.com'],
      [{ call, authority: 'grpc.example.com:443' }, 'grpc.example.com'],
      [{ call, authority: '[::1]:443' }, '::1'],
      [{ call, authority: 'grpc.example.com', servername: 'b.example' }, 'b.example'],
      [{ calls: [{ call, authority: 'a.example' }, { call: 'a.B/D' }] }, undefined],
      [{ call }, undefined],
    ] as const) {
      const { security } = scenarioOf(
        { target, weights: 'v1=1', ...settings } as Settings,
        'bench',
      );
      assert.equal(security.kind === 'tls' ? security.serverName : null, name);
    }
  });

  it('offers versions of TLS from one to another', () => {
    const ask = (settings: Settings) => scenario({ target: 'https://shop/', ...settings }).security;
    const both = ask({ 'tls-min': '1.2', 'tls-max': '1.3' });
    assert.deepEqual(both.kind === 'tls' && [both.minVersion, both.maxVersion], ['1.2', '1.3']);
    assert.throws(() => ask({ 'tls-min': '1.3', 'tls-max': '1.2' }), InputError);
    assert.throws(() => ask({ target: 'http://shop/', 'tls-min': '1.3' }), InputError);
  });

  it('refuses what frames it', () => {
    for (const name of ['content-length', 'transfer-encoding', 'connection', 'te', 'expect']) {
      assert.throws(() => httpCall({ target: 'http://a/', header: [`${name}: 1`] }), InputError);
    }
  });

  it('hides what its query holds', () => {
    const { secrets } = scenario({ target: 'http://shop/cart?token=0123456789' });
    assert.ok(secrets.values.includes('0123456789'));
  });
});

describe('the version of HTTP', () => {
  const cases: [Settings, string][] = [
    [{ target: 'http://shop/' }, '1.1'],
    [{ target: 'https://shop/' }, 'negotiated'],
    [{ target: 'shop:443', http: { path: '/' } }, 'negotiated'],
    [{ target: 'http://shop/', 'http-version': '2' }, '2'],
    [{ target: 'https://shop/', 'http-version': '1.1' }, '1.1'],
    [{ target: 'http://shop/', calls: [{ http: { path: '/' } }, { call: 'a.B/C' }] }, '2'],
    [{ target: 'shop:80', call: 'a.B/C' }, '2'],
  ];
  for (const [settings, expected] of cases) {
    it(`${JSON.stringify(settings)}: ${expected}`, () => {
      assert.equal(scenario(settings).load.httpVersion, expected);
    });
  }

  it('1.1 has a connection for each request in flight', () => {
    const load = (more: Settings) => scenario({ target: 'http://a/', ...more }).load;
    assert.equal(load({}).exclusiveConnections, 64);
    assert.equal(load({ concurrency: 10 }).exclusiveConnections, 10);
    assert.equal(load({ connections: 5 }).exclusiveConnections, 5);
    assert.equal(load({ requests: 3 }).exclusiveConnections, 3);
  });
});

describe('--ok-status', () => {
  it('takes statuses, hundreds and ranges', () => {
    assert.deepEqual(parseOkStatuses('200,3xx, 404 ,500-503'), [
      [200, 200],
      [300, 399],
      [404, 404],
      [500, 503],
    ]);
    for (const text of ['', '2', '600', '404-400', 'ok', '200;404']) {
      assert.throws(() => parseOkStatuses(text), InputError, text);
    }
  });
});

describe('where connections go', () => {
  const cases: [flag: 'resolve' | 'connectTo', text: string, expected: string | RegExp][] = [
    ['resolve', 'shop:80:10.0.0.1', '10.0.0.1:80'],
    ['resolve', '+SHOP:80:[::1]', '[::1]:80'],
    ['resolve', '*:80:::1', '[::1]:80'],
    ['resolve', 'shop:443:10.0.0.1', /would do nothing/],
    ['resolve', 'shop:80:10.0.0.1,10.0.0.2', /one address/],
    ['resolve', 'shop', /HOST:PORT:ADDRESS/],
    ['connectTo', 'shop:80:other:8080', 'other:8080'],
    ['connectTo', '::127.0.0.1:8080', '127.0.0.1:8080'],
    ['connectTo', 'shop:80::81', 'shop:81'],
    ['connectTo', 'mart:80:other:8080', /would do nothing/],
    ['connectTo', 'shop:80:a b:8080', /no host/],
    ['connectTo', 'other:8080', /HOST1:PORT1/],
  ];
  for (const [flag, text, expected] of cases) {
    it(`${flag} ${text}`, () => {
      const settings = { resolve: undefined, connectTo: undefined, [flag]: text };
      const dialled = () => formatTarget(dialledTarget(parseTarget('http://shop'), settings));
      if (typeof expected === 'string') assert.equal(dialled(), expected);
      else assert.throws(dialled, expected);
    });
  }
});

describe('HTTP in a scenario file', () => {
  it('is one request or several, beside gRPC', () => {
    const settings = parseScenario(
      `target: http://shop
calls:
- http: {path: /productpage, headers: {end-user: jason}}
  weights: v1=1,v2=0
- call: helloworld.Greeter/SayHello
`,
      's.yaml',
    );
    const { calls } = scenarioOf({ ...WEIGHTS, ...settings }, 'verify');
    assert.deepEqual(
      calls.map(({ call }) => call.kind),
      ['http', 'grpc'],
    );
    assert.deepEqual(calls[0]!.call.metadata.at(-1), ['end-user', 'jason']);
  });

  it('names what is wrong with it', () => {
    const cases: [string, RegExp][] = [
      ['http: {path: cart}', /s\.yaml:1: http\.path: a path begins with/],
      ['http: {pth: /}', /s\.yaml:1: .*"pth"/],
      ['http-version: 3', /1\.1 or 2/],
      ['calls:\n- {call: a.B/C, http: {path: /}}', /s\.yaml:2: calls\[0\]/],
    ];
    for (const [yaml, message] of cases) {
      assert.throws(() => parseScenario(yaml, 's.yaml'), message, yaml);
    }
  });

  it('gives way to the command line', () => {
    const file: Settings = { http: { path: '/a', method: 'PUT', headers: { 'x-a': '1' } } };
    assert.deepEqual(overlaid(file, { http: { path: '/b' } }).http, {
      ...file.http,
      path: '/b',
    });
    assert.deepEqual(overlaid(file, { call: 'a.B/C' }), { call: 'a.B/C' });
    assert.deepEqual(overlaid({ call: 'a.B/C' }, { http: { path: '/b' } }), {
      http: { path: '/b' },
    });
    const two: Settings = { calls: [{ http: { path: '/a' } }, { http: { path: '/b' } }] };
    assert.deepEqual(overlaid(two, { http: { path: '/b' } }).calls, [{ http: { path: '/b' } }]);
    assert.deepEqual(overlaid(two, { http: { method: 'PUT' } }).calls, [
      { http: { path: '/a', method: 'PUT' } },
      { http: { path: '/b', method: 'PUT' } },
    ]);
  });
});
