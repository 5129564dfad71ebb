import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { scenarioOf, verify } from '../../src/index.js';
import { certificateAuthority } from '../../src/mesh/certificates.js';
import { type PythonGreeter, startPythonGreeter } from '../fixtures/python-greeter.js';

const STREAMS = 4;
let python: PythonGreeter;

before(async () => {
  const authority = await certificateAuthority();
  const secured = await authority.issue({ hosts: ['127.0.0.1'] });
  python = await startPythonGreeter('grpc-service-v1-7c6d9f5b8-py311', secured, STREAMS);
});
after(async () => {
  await python.stop();
});

describe('gRPC’s own server, which refuses streams although fewer are open than it allows', () => {
  for (const [inFlight, connections] of [
    [32, 1],
    [64, 4],
  ] as const) {
    it(`answers each of ${inFlight} in flight on ${connections} connections`, async () => {
      const settings = {
        ...{
          target: `127.0.0.1:${python.plaintextPort}`,
          plaintext: true,
          weights: 'v1=1',
          identity: 'field:message',
        },
        ...{ call: 'helloworld.Greeter/SayHello', concurrency: inFlight },
      };
      const scenario = scenarioOf({ ...settings, connections, requests: 3000 }, 'verify');
      const { load, transport, findings } = await verify(scenario);
      assert.deepEqual([load.ok, load.failed], [3000, 0], JSON.stringify({ transport, findings }));
      // Each was refused once, and was then answered.
      assert.equal(transport.rstStream.REFUSED_STREAM ?? 0, transport.resent);
      assert.equal(transport.maxConcurrentStreams, STREAMS);
      assert.ok(findings.some(({ code }) => code === 'stream-limit'));
    });
  }
});
