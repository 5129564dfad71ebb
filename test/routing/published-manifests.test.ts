import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';

import { parse } from 'yaml';

import { resolveRoute } from '../../src/routing/resolve.js';
import { loadManifests } from '../../src/inputs/manifests.js';
import { mergeManifests } from '../../src/routing/manifest-set.js';
import { parseManifests } from '../../src/routing/parse-manifests.js';
import type { RouteRequest } from '../../src/routing/request.js';
import { forwardedBy, headers, request, sharesOf } from './request.js';

const SCENARIOS = path.resolve(import.meta.dirname, '../../../scenarios');

/** SHA-256, shortened, of each document's content as the publication has it, field order included. */
const CONTENT: Readonly<Record<string, string>> = {
  'asm-greeter/app.yaml': '006d22b09c79db84',
  'asm-greeter/destination-rule.yaml': '0402c6854cbf0ac3',
  'asm-greeter/gateway.yaml': '7d3297e19b78be3e',
  'asm-greeter/virtual-service-100-0.yaml': '2de3de58bdf6ebf8',
  'asm-greeter/virtual-service-60-40.yaml': 'daf0c95437767433',
  'bookinfo/destination-rule-reviews.yaml': 'c7ebcc40ff12561d',
  'bookinfo/gateway.yaml': 'b4829b2418c64743',
  'bookinfo/virtual-service-productpage.yaml': '95b3c51188f972f9',
  'bookinfo/virtual-service-reviews.yaml': '34e552bdc9944342',
  'echo/destination-rule-mtls.yaml': '709dc3c65af78453',
  'echo/destination-rule.yaml': '4013c5435968cd2b',
  'echo/peer-authentication.yaml': 'b398ea695b4ceb2c',
  'echo/virtual-service.yaml': '2bbb99d4185c3566',
  'grpc-gateway/envoy-filter-grpc-web.yaml': 'a238ff0488fc6958',
  'grpc-gateway/gateway.yaml': '776dd55e09f5d8e1',
  'grpc-gateway/virtual-service-grpc-web.yaml': '41e808ae23ef3ffd',
  'grpc-gateway/virtual-service-paths.yaml': '1973d0529c79b21d',
  'grpc-gateway/virtual-service-resilience.yaml': '518886be8a4a3b0f',
  'grpc-gateway/virtual-service-streaming.yaml': '412e2f1b45c556ff',
  'grpc-gateway/virtual-service.yaml': '0cb40f20263dfff4',
};

function scenario(...files: readonly string[]): string[] {
  return files.map((file) => path.join(SCENARIOS, file));
}

function tlsCall(own = headers({ 'content-type': 'application/grpc' })): RouteRequest {
  return request({
    scheme: 'https',
    authority: 'grpc.example.com',
    targetPort: 443,
    headers: own,
  });
}

describe('the manifests of the published documents', () => {
  for (const [file, digest] of Object.entries(CONTENT)) {
    it(`${file} has the published content`, () => {
      const documents = readFileSync(path.join(SCENARIOS, file), 'utf8')
        .split(/^---$/m)
        .map((text) => JSON.stringify(parse(text)));
      const actual = createHash('sha256').update(documents.join('\n')).digest('hex').slice(0, 16);
      assert.equal(actual, digest);
    });
  }

  it('the ASM ingress gateway at 100/0 sends everything to v1', async () => {
    const manifests = await loadManifests(
      scenario(
        'asm-greeter/app.yaml',
        'asm-greeter/gateway.yaml',
        'asm-greeter/destination-rule.yaml',
        'asm-greeter/virtual-service-100-0.yaml',
      ),
    );
    const expectation = forwardedBy(manifests, request());
    assert.deepEqual(sharesOf(expectation), { v1: 100, v2: 0 });
    assert.deepEqual(expectation.route?.match, 'port 8080');
    assert.deepEqual(
      expectation.workloads.map(({ name, destination }) => [name, destination]),
      [
        ['grpc-helloworld-py-v1', 0],
        ['grpc-helloworld-py-v2', 1],
      ],
    );
  });

  it('the ASM ingress gateway at 60/40, behind a port-forward', async () => {
    const manifests = await loadManifests(
      scenario(
        'asm-greeter/app.yaml',
        'asm-greeter/gateway.yaml',
        'asm-greeter/destination-rule.yaml',
        'asm-greeter/virtual-service-60-40.yaml',
      ),
    );
    const expectation = forwardedBy(
      manifests,
      request({ authority: '127.0.0.1:34567', targetPort: 34567 }),
    );
    assert.deepEqual(sharesOf(expectation), { v1: 60, v2: 40 });
    assert.equal(expectation.route?.gatewayPort, 8080);
    assert.deepEqual(expectation.via, {
      kind: 'gateway',
      namespace: 'default',
      name: 'grpc-gateway',
    });
    assert.match(expectation.notes.join('\n'), /gateway port 8080 is taken.*34567/);
    assert.deepEqual(structuredClone(expectation), expectation);
  });

  it('proxyless echo: 20/80 in the mesh, with both DestinationRules applied', async () => {
    const expectation = forwardedBy(
      await loadManifests(scenario('echo')),
      request({ path: '/proto.EchoTestService/Echo', authority: '127.0.0.1:17070' }),
    );
    assert.deepEqual(sharesOf(expectation), { v1: 20, v2: 80 });
    assert.equal(expectation.via.kind, 'mesh');
    assert.deepEqual(expectation.subsetTokens, [
      { token: 'v1', version: 'v1', destination: 0 },
      { token: 'v2', version: 'v2', destination: 1 },
    ]);
  });

  it('Bookinfo: the gateway leads to productpage, the mesh splits reviews 10/40/50', async () => {
    const manifests = await loadManifests(scenario('bookinfo'));
    const page = forwardedBy(
      manifests,
      request({ method: 'GET', path: '/productpage', authority: 'bookinfo', targetPort: 80 }),
    );
    assert.deepEqual(sharesOf(page), { productpage: 100 });
    assert.equal(page.route?.rule, 'gw-to-productage');
    const reviews = forwardedBy(
      manifests,
      request({ method: 'GET', path: '/reviews/0', authority: 'reviews:9080' }),
    );
    assert.deepEqual(sharesOf(reviews), { v1: 10, v2: 40, v3: 50 });
  });

  it('the TLS gateway takes grpc.example.com on 443 and routes services by path', async () => {
    const manifests = await loadManifests(
      scenario('grpc-gateway/gateway.yaml', 'grpc-gateway/virtual-service-paths.yaml'),
    );
    const call = request({
      scheme: 'https',
      authority: 'grpc.example.com',
      targetPort: 443,
      path: '/mypackage.OrderService/Place',
    });
    assert.deepEqual(sharesOf(forwardedBy(manifests, call)), { 'order-grpc-service': 100 });
  });

  it('its resilience rule has the published timeout and retries', async () => {
    const manifests = await loadManifests(
      scenario('grpc-gateway/gateway.yaml', 'grpc-gateway/virtual-service-resilience.yaml'),
    );
    const { effects, destinations } = forwardedBy(manifests, tlsCall());
    assert.deepEqual(
      destinations.map(({ host }) => host),
      ['grpc-service.default.svc.cluster.local'],
    );
    assert.equal(effects.timeoutMs, 60_000);
    assert.deepEqual(effects.retries, {
      attempts: 3,
      perTryTimeoutMs: 20_000,
      retryOn: 'unavailable,resource-exhausted,internal',
      byDefault: false,
    });
  });

  it('its streaming rule, the group put right, has a timeout that Istio refuses', () => {
    const [file = ''] = scenario('grpc-gateway/virtual-service-streaming.yaml');
    const text = readFileSync(file, 'utf8').replace('rypt.io', 'istio.io');
    assert.throws(() => parseManifests(text, 'test.yaml'), {
      name: 'InputError',
      message:
        /test\.yaml:16: spec\.http\[0\]\.timeout: the API server refuses it: must be a valid duration greater than 1ms/,
    });
  });

  it('where an older server has let that in, it switches timeouts off', async () => {
    const [file = ''] = scenario('grpc-gateway/virtual-service-streaming.yaml');
    const text = readFileSync(file, 'utf8')
      .replace('rypt.io', 'istio.io')
      .replace('metadata:', 'metadata:\n  resourceVersion: "7"');
    const gateway = await loadManifests(scenario('grpc-gateway/gateway.yaml'));
    const manifests = mergeManifests([gateway, parseManifests(text, file)]);
    const explanation = resolveRoute(manifests, tlsCall(), { streaming: true });
    assert.ok(explanation.kind === 'forward');
    assert.equal(explanation.destinations[0]?.host, 'streaming-service.default.svc.cluster.local');
    assert.equal(explanation.effects.timeoutMs, 0);
    assert.deepEqual(explanation.findings, []);
  });

  it('its gRPC-Web rule takes gRPC-Web alone', async () => {
    const manifests = await loadManifests(
      scenario('grpc-gateway/gateway.yaml', 'grpc-gateway/virtual-service-grpc-web.yaml'),
    );
    const taken = (type: string): boolean =>
      resolveRoute(manifests, tlsCall(headers({ 'content-type': type }))).kind === 'forward';
    assert.equal(taken('application/grpc-web+proto'), true);
    assert.equal(taken('application/grpc'), false);
  });

  it('the misspelt API group is caught with the right one', async () => {
    await assert.rejects(loadManifests(scenario('grpc-gateway')), {
      name: 'InputError',
      message:
        /virtual-service-streaming\.yaml:1: apiVersion: .*networking\.rypt\.io\/v1: did you mean networking\.istio\.io\/v1\?/,
    });
  });
});
