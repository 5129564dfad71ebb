import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { Mesh } from '../../src/mesh/mesh.js';
import { callJsonSchema } from '../../src/report/call-schema.js';
import { explanationJsonSchema } from '../../src/report/explanation-schema.js';
import { ROOT, splitproof } from '../fixtures/command.js';
import { startGreeterMesh } from '../fixtures/greeter-mesh.js';

const CALL = 'helloworld.Greeter/SayHello';
const GREETER = ['app', 'gateway', 'destination-rule', 'virtual-service-60-40'].flatMap((name) => [
  '-f',
  `scenarios/asm-greeter/${name}.yaml`,
]);
const BOOKINFO = ['-f', 'scenarios/bookinfo', '--plaintext', ':8080', '--path', '/productpage'];

function validator(schema: object): ValidateFunction {
  return new Ajv2020({ strict: false, validateFormats: false }).compile(
    JSON.parse(JSON.stringify(schema)) as object,
  );
}

describe('the JSON Schemas of reports', () => {
  for (const [name, schema] of [
    ['call', callJsonSchema()],
    ['explanation', explanationJsonSchema()],
  ] as const) {
    it(`are the ones committed; node scripts/record-schema.mjs writes them: ${name}`, () => {
      const file = path.join(ROOT, `reports/${name}.schema.json`);
      const committed = JSON.parse(readFileSync(file, 'utf8')) as { $id: string };
      assert.deepEqual(JSON.parse(JSON.stringify(schema)), committed);
      assert.equal(committed.$id, `urn:splitproof:${name}:v1`);
    });
  }
});

describe('what explain writes is as its JSON Schema says', () => {
  const validate = validator(explanationJsonSchema());
  for (const [what, words] of [
    ['one request', [...GREETER, '--plaintext', CALL]],
    ['a service behind it', [...BOOKINFO, '--expect-service', 'reviews.default']],
    ['a request without a route', [...GREETER, '--plaintext', ':9999', '--path', '/']],
    ['a client without a proxy', ['--scenario', 'scenarios/grpc-gateway-proxyless.yaml']],
    [
      'a proxy',
      [
        ...[...GREETER, '--plaintext', CALL, '--config-dump'],
        'test/data/istio-ingressgateway-config-dump-60-40.json',
      ],
    ],
    ['several calls', ['--scenario', 'scenarios/grpc-gateway-paths.yaml']],
    ['all routes', ['-f', 'scenarios/bookinfo']],
  ] as const) {
    it(what, async () => {
      const { stdout, stderr } = await splitproof(['explain', ...words, '--format', 'json']);
      assert.notEqual(stdout, '', stderr);
      const report = JSON.parse(stdout) as object;
      validate(report);
      assert.deepEqual(validate.errors, null);
      assert.equal(validate({ ...report, findings: [{}] }), false);
    });
  }
});

describe('what call writes is as its JSON Schema says', () => {
  const validate = validator(callJsonSchema());
  let mesh: Mesh;
  before(async () => {
    mesh = await startGreeterMesh();
  });
  after(() => mesh.close());

  for (const [what, words] of [
    ['an answer', [CALL, '-d', '{"name":"Jack"}', ...GREETER]],
    ['a stream', ['helloworld.Greeter/SayHelloStreamReply', '-d', '{"name":"Jack"}']],
    ['a status that is not OK', ['grpc.health.v1.Health/Check', '-d', '{"service":"none"}']],
  ] as const) {
    it(what, async () => {
      const line = ['call', '--plaintext', mesh.address, ...words, '--format', 'json'];
      const { stdout, stderr } = await splitproof(line);
      assert.notEqual(stdout, '', stderr);
      const report = JSON.parse(stdout) as object;
      validate(report);
      assert.deepEqual(validate.errors, null);
      assert.equal(validate({ ...report, answer: 'none' }), false);
    });
  }

  it('a target that is not there', async () => {
    const line = ['call', '--plaintext', '127.0.0.1:1', CALL, '--format', 'json'];
    const { stdout } = await splitproof(line);
    validate(JSON.parse(stdout));
    assert.deepEqual(validate.errors, null);
  });
});
