import assert from 'node:assert/strict';
import { connect } from 'node:http2';
import { after, before, describe, it } from 'node:test';
import { parse } from 'yaml';
import { splitproof } from '../fixtures/command.js';
import { type Envoy, startEnvoy } from '../fixtures/envoy.js';
import type { EnvoyListener } from '../fixtures/envoy-config.js';
import { type Pods, startPods } from '../fixtures/greeters.js';
import { podOfGreeting } from '../fixtures/grpc-client.js';

const QUESTION = [
  ...['app', 'gateway', 'destination-rule', 'virtual-service-60-40'].flatMap((name) => [
    '-f',
    `scenarios/asm-greeter/${name}.yaml`,
  ]),
  ...['--plaintext', ':8080', 'helloworld.Greeter/SayHello'],
];
const WORKLOADS: Readonly<Record<string, string>> = {
  v1: 'grpc-helloworld-py-v1;default;grpc-helloworld-py;v1;Kubernetes',
  v2: 'grpc-helloworld-py-v2;default;grpc-helloworld-py;v2;Kubernetes',
};
/** `{name: "Jack"}`, framed. */
const SAY_HELLO = Buffer.from('00000000060a044a61636b', 'hex');
const CALLS = 40;

interface Answer {
  pod: string;
  header: string | undefined;
}

/** What an answer says by itself, and what the proxy says of it. */
function callsThrough(address: string, userAgent: string): Promise<Answer[]> {
  const session = connect(`http://${address}`);
  const calls = Array.from({ length: CALLS }, () => {
    return new Promise<Answer>((resolve, reject) => {
      const stream = session.request({
        ':method': 'POST',
        ':path': '/helloworld.Greeter/SayHello',
        'content-type': 'application/grpc',
        te: 'trailers',
        'user-agent': userAgent,
      });
      let header: string | undefined;
      let body = '';
      stream.on('response', (headers) => (header = headers['x-splitproof'] as string | undefined));
      stream.setEncoding('utf8').on('data', (text: string) => (body += text));
      stream.on('error', reject);
      stream.on('end', () => {
        resolve({ pod: podOfGreeting(body), header });
      });
      stream.end(SAY_HELLO);
    });
  });
  session.on('error', () => undefined);
  return Promise.all(calls).finally(() => {
    session.close();
  });
}

async function printed(...flags: readonly string[]): Promise<unknown> {
  const { status, stdout, stderr } = await splitproof(['explain', ...QUESTION, ...flags]);
  assert.equal(status, 0, stderr);
  return parse(stdout);
}

describe('what --instrument prints, in the real Envoy', () => {
  let pods: Pods;
  before(async () => {
    pods = await startPods('greeter', ['v1', 'v2']);
  });
  after(() => pods.close());

  async function through<T>(
    more: Partial<Extract<EnvoyListener, { kind: 'http' }>>,
    use: (envoy: Envoy) => Promise<T>,
  ): Promise<T> {
    const clusters = Object.entries({ v1: 60, v2: 40 }).map(([name, weight]) => ({
      name,
      weight,
      ports: [pods.ports[name]!],
      workload: WORKLOADS[name]!,
    }));
    const envoy = await startEnvoy({ listeners: [{ kind: 'http', clusters, ...more }] });
    try {
      return await use(envoy);
    } finally {
      await envoy.stop();
    }
  }

  /** Each answer's header against what its body says. */
  function agree(answers: readonly Answer[]): void {
    for (const { pod, header } of answers) {
      const version = /-py-(v\d)-/.exec(pod)![1]!;
      assert.equal(
        header?.replace(/ peer=-?$/, ''),
        `host=127.0.0.1:${pods.ports[version]!} workload=${WORKLOADS[version]!}`,
      );
    }
    assert.equal(new Set(answers.map(({ pod }) => pod)).size, 2);
  }

  it('the header of the VirtualService names the pod and the workload of every answer', async () => {
    const object = (await printed('--instrument')) as {
      spec: { http: { headers: { response: { set: Record<string, string> } } }[] };
    };
    const { set: responseHeaders } = object.spec.http[0]!.headers.response;
    assert.deepEqual(Object.keys(responseHeaders), ['x-splitproof']);
    agree(await through({ responseHeaders }, ({ address }) => callsThrough(address, 'curl/8')));
  });

  it('the filter of the EnvoyFilter does so for the user agent of runs, and for no other', async () => {
    const object = (await printed('--instrument', 'envoyfilter')) as {
      spec: { configPatches: { patch: { value: object } }[] };
    };
    const filters = object.spec.configPatches.map(({ patch }) => patch.value);
    await through({ filters }, async ({ address }) => {
      agree(await callsThrough(address, 'splitproof/0.1.0 4f2a9c'));
      for (const other of ['curl/8', 'grpc-node splitproof/0.1.0', 'splitproof']) {
        const answers = await callsThrough(address, other);
        assert.deepEqual(new Set(answers.map(({ header }) => header)), new Set([undefined]), other);
      }
    });
  });
});
