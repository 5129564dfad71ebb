import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { routeQuestion } from '../../src/scenario/route-question.js';
import { scenarioOf } from '../../src/scenario/scenario.js';
import type { Settings } from '../../src/scenario/schema.js';
import { formatTarget, parseTarget } from '../../src/scenario/target.js';
import { viaOf } from '../../src/scenario/xds-settings.js';

const TARGET = 'xds:///echo.echo-grpc.svc.cluster.local:7070';
const CALL = 'proto.EchoTestService/Echo';

const scenario = (settings: Settings) =>
  scenarioOf({ target: TARGET, call: CALL, weights: 'v1=20,v2=80', ...settings }, 'verify');

describe('an xds:/// target', () => {
  it('names a service with its port, whatever stands before it', () => {
    const target = { kind: 'xds', host: 'echo.echo-grpc.svc.cluster.local', port: 7070 };
    assert.deepEqual(parseTarget(TARGET), target);
    assert.deepEqual(parseTarget('XDS:echo.echo-grpc.svc.cluster.local:7070'), target);
    assert.equal(formatTarget(parseTarget('xds:echo:80')), 'xds:///echo:80');
  });

  for (const [text, problem] of [
    ['xds:', /it names no service/],
    ['xds:///', /it names no service/],
    ['xds:///:80', /it names no service/],
    ['xds:///echo', /the port is missing/],
    ['xds:///echo:0', /a port lies between/],
    ['xds:///echo:80/path', /a path stands in a URL/],
    ['xds://istiod/echo:80', /the authority "istiod" .* write three slashes/],
  ] as const) {
    it(`is none as ${text}`, () => {
      assert.throws(() => parseTarget(text), { name: 'InputError', message: problem });
    });
  }

  it('is called by grpc-js, with a client for each thread, in what the control plane says', () => {
    const { xds, load, security } = scenario({ 'xds-server': 'localhost:15010', workers: 2 });
    assert.deepEqual(xds, { server: 'localhost:15010', nodeId: null, retries: false });
    assert.equal(load.engine, 'grpc-js');
    assert.equal(load.connections, 2);
    assert.deepEqual(security, { kind: 'plaintext' });
    assert.equal(scenario({ connections: 3 }).load.connections, 3);
    assert.equal(scenario({ 'xds-retries': true }).xds?.retries, true);
  });

  it('has the routes of clients without a proxy', () => {
    assert.deepEqual(viaOf(undefined, parseTarget(TARGET)), { kind: 'proxyless' });
    assert.equal(viaOf(undefined, parseTarget('localhost:80')), undefined);
    const question = routeQuestion({ target: TARGET, call: CALL, manifest: ['-'] });
    assert.equal(question.scheme, 'http');
    assert.throws(() => viaOf({ kind: 'mesh' }, parseTarget(TARGET)), /--via: .* without a proxy/);
  });

  for (const [settings, problem] of [
    [{ plaintext: true }, /^--plaintext: the control plane says/],
    [{ cacert: 'ca.pem' }, /^--cacert: the control plane says/],
    [{ 'skip-verify': true }, /^--skip-verify: the control plane says/],
    [{ engine: 'h2' }, /^--engine: .*@grpc\/grpc-js-xds/],
    [{ resolve: 'a:1:b' }, /^--resolve: the control plane says where/],
    [{ 'xds-node-id': 'me' }, /^--xds-node-id: .*give --xds-server/],
    [{ target: 'localhost:80', 'xds-server': 'a:1' }, /^--xds-server: .*xds:\/\/\/service:port/],
    [{ target: 'localhost:80', 'xds-retries': true }, /^--xds-retries: .*xds:\/\/\/service:port/],
    [{ call: undefined, http: { path: '/' } }, /^TARGET: gRPC alone is called/],
    [{ protocol: 'grpc-web' }, /^TARGET: gRPC alone is called/],
  ] as [Settings, RegExp][]) {
    it(`does not go with ${JSON.stringify(settings)}`, () => {
      assert.throws(() => scenario(settings), { name: 'InputError', message: problem });
    });
  }
});
