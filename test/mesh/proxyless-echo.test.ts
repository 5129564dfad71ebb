import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type ServiceError, status } from '@grpc/grpc-js';
import { podNames } from '../../src/mesh/pod-names.js';
import { type ProxylessMesh, startProxylessMesh } from '../../src/mesh/proxyless/proxyless-mesh.js';
import { countAnswers } from '../fixtures/count-answers.js';
import { type GrpcClient, grpcClient } from '../fixtures/grpc-client.js';
import { assertShare } from '../fixtures/split-bounds.js';

const HOST = 'echo.echo-grpc.svc.cluster.local';
const XDS = `xds:///${HOST}:7070`;
const V1 = 'echo-v1-f76996c45-h7plh';
const V2 = 'echo-v2-7d76b7969-ltlkp';
/** Requests of one call. */
const SET = 100;

describe('the echo application without proxies', () => {
  let mesh: ProxylessMesh;
  let client: GrpcClient;
  before(async () => {
    mesh = await startProxylessMesh({
      versions: [
        { name: 'v1', weight: 20, pods: podNames('echo', 'v1') },
        { name: 'v2', weight: 80, pods: podNames('echo', 'v2') },
      ],
    });
    client = grpcClient('echo', mesh.address);
  });
  after(async () => {
    client.close();
    await mesh.close();
  });

  async function forwarded(request: object): Promise<string[]> {
    return (await client.call('ForwardEcho', request)).output as string[];
  }

  /** The entries' pods, by what they say of themselves. */
  async function podsOf(request: object): Promise<Record<string, number>> {
    const entries = await forwarded(request);
    const names = entries.map((text) => /^\[\d+ body\] Hostname=(.*)$/m.exec(text)?.[1] ?? '');
    return await countAnswers(() => Promise.resolve(names.pop()!), names.length, 1);
  }

  /** The pods of several sets, each of which a busy machine has made in time. */
  async function podsOfSets(sets: number): Promise<Record<string, number>> {
    const pods: Record<string, number> = {};
    for (let set = 0; set < sets; set += 1) {
      const own = await podsOf({ url: XDS, count: SET, timeout_micros: 9_000_000 });
      for (const [pod, count] of Object.entries(own)) pods[pod] = (pods[pod] ?? 0) + count;
    }
    return pods;
  }

  it('sends by xDS as its control plane says, 20/80', async () => {
    const pods = await podsOfSets(6);
    assert.equal((pods[V1] ?? 0) + (pods[V2] ?? 0), 6 * SET);
    assertShare(pods[V1] ?? 0, 6 * SET, 0.2);
    assert.deepEqual(mesh.served(), pods);
  });

  it('answers as the application does, line for line', async () => {
    const headers = [{ key: 'X-A', value: 'b' }];
    const [, text = ''] = await forwarded({ url: XDS, count: 2, message: 'hi', headers });
    const isV1 = text.includes(`Hostname=${V1}`);
    const lines = text.split('\n').filter((line) => !/user-agent|accept-enc|: ?date/i.test(line));
    assert.deepEqual(
      lines.map((line) => line.replace(/=\d.*µ?m?s$/, '=TIME').replace(/Port=\d+/, 'Port=PORT')),
      [
        '[1] Latency=TIME',
        '[1] ActiveRequests=1',
        '[1 body] RequestHeader=content-type:application/grpc',
        lines.find((line) => line.includes('grpc-timeout')),
        '[1 body] RequestHeader=x-a:b',
        '[1 body] RequestHeader=x-request-id:1',
        `[1 body] Host=${HOST}:7070`,
        `[1 body] RequestHeader=:authority:${HOST}:7070`,
        '[1 body] StatusCode=200',
        `[1 body] ServiceVersion=${isV1 ? 'v1' : 'v2'}`,
        '[1 body] ServicePort=PORT',
        '[1 body] IP=127.0.0.1',
        '[1 body] Proto=GRPC',
        '[1 body] Echo=hi',
        `[1 body] Hostname=${isV1 ? V1 : V2}`,
        '[1] ResponseHeader=content-type:application/grpc',
        lines.find((line) => line.includes('ResponseHeader=date')),
        '',
      ].filter((line) => line !== undefined),
    );
  });

  it('sends by gRPC to one pod for each ForwardEcho, which a connection is with', async () => {
    const pods = await podsOf({ url: `grpc://${HOST}:7070`, count: 50 });
    assert.deepEqual(Object.values(pods), [50]);
  });

  it('sends by HTTP, and says what was answered', async () => {
    const headers = [{ key: 'X-A', value: 'b' }];
    const url = `http://${HOST}:8080/some/path`;
    const [text = ''] = await forwarded({ url, count: 1, headers });
    const pod = text.includes(V1) ? { version: 'v1', name: V1 } : { version: 'v2', name: V2 };
    assert.deepEqual(
      text
        .replace(/=\d.*s$/m, '=TIME')
        .replace(/Date:.*/, 'Date:')
        .split('\n')
        .filter((line) => !line.includes('Length'))
        .map((line) => line.replace(/Port=\d+/, 'Port=PORT')),
      [
        `[0] Url=${url}`,
        '[0] Header=X-A:b',
        '[0] SourceIP=127.0.0.1',
        '[0] Latency=TIME',
        '[0] ActiveRequests=1',
        '[0] StatusCode=200',
        '[0] ResponseHeader=Connection:close',
        '[0] ResponseHeader=Content-Type:application/text',
        '[0] ResponseHeader=Date:',
        `[0 body] ServiceVersion=${pod.version}`,
        '[0 body] ServicePort=PORT',
        `[0 body] Host=${HOST}:8080`,
        '[0 body] URL=/some/path',
        '[0 body] Method=GET',
        '[0 body] Proto=HTTP/1.1',
        '[0 body] IP=127.0.0.1',
        '[0 body] RequestHeader=X-A:b',
        `[0 body] Hostname=${pod.name}`,
        '',
      ],
    );
    // Each request has a connection, and so a pod, of its own: all on one is once in 2^59.
    assert.equal(Object.keys(await podsOf({ url, count: 60 })).length, 2);
  });

  it('serves health and reflection beside it', async () => {
    const health = grpcClient('health', mesh.address);
    const { status: serving } = await health.call('Check', { service: 'proto.EchoTestService' });
    health.close();
    assert.equal(serving, 'SERVING');
  });

  it('follows other weights', async () => {
    mesh.setWeights({ v1: 0.75, v2: 0.25 });
    // Routes are taken over once they have come.
    let pods = await podsOfSets(1);
    for (let tries = 0; (pods[V1] ?? 0) < SET / 2 && tries < 50; tries += 1) {
      pods = await podsOfSets(1);
    }
    pods = await podsOfSets(6);
    assertShare(pods[V1] ?? 0, 6 * SET, 0.75);
  });

  it('says of failures what the application says', async () => {
    const failed = async (request: object): Promise<string> => {
      const error = await client.call('ForwardEcho', request).then(
        () => null,
        (reason: unknown) => reason as ServiceError,
      );
      assert.equal(error?.code, status.UNKNOWN);
      return error.details;
    };
    assert.match(
      await failed({ url: 'grpc://127.0.0.1:1', count: 3 }),
      /^3\/3 requests had errors; first error: rpc error: code = Unavailable desc = /,
    );
    assert.equal(
      await failed({ url: 'http://127.0.0.1:1/', count: 2 }),
      '2/2 requests had errors; first error: Get "http://127.0.0.1:1/": dial tcp 127.0.0.1:1: connect: connection refused',
    );
    assert.equal(await failed({ url: 'tcp://a:1' }), 'unsupported protocol: tcp://a:1');
  });
});
