import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InputError } from '../../src/input-error.js';
import { scenarioOf } from '../../src/scenario/scenario.js';
import { type Settings, settingsSchema } from '../../src/scenario/schema.js';

const CALL = 'helloworld.Greeter/SayHello';
const WEB: Settings = { target: ':80', weights: 'v1=1', call: CALL, protocol: 'grpc-web' };

function refusal(settings: Settings): string {
  try {
    scenarioOf(settings, 'verify');
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  return '';
}

describe('the settings of gRPC-Web and Connect', () => {
  it('make a call of it, with its page', () => {
    const { calls, load } = scenarioOf(
      { ...WEB, plaintext: true, origin: 'https://myapp.example.com', data: { name: 'Jack' } },
      'verify',
    );
    const [{ call }] = calls as [(typeof calls)[number]];
    assert.equal(call.kind, 'grpc-web');
    assert.equal(call.origin, 'https://myapp.example.com');
    assert.deepEqual(call.data, { name: 'Jack' });
    assert.equal(load.httpVersion, '1.1');
  });

  it('take the version of HTTP that is said, or is negotiated', () => {
    const version = (more: Settings) => scenarioOf({ ...WEB, ...more }, 'verify').load.httpVersion;
    assert.equal(version({}), 'negotiated');
    assert.equal(version({ plaintext: true, 'http-version': '2' }), '2');
    assert.equal(version({ protocol: 'grpc-web-text', 'http-version': '1.1' }), '1.1');
    assert.equal(version({ protocol: 'grpc' }), '2');
  });

  it('may differ from call to call', () => {
    const { target, weights } = WEB;
    const { calls, load } = scenarioOf(
      {
        ...{ target: target!, weights: weights!, plaintext: true },
        calls: [{ call: CALL }, { call: CALL, protocol: 'grpc-web-text', origin: 'http://a:1' }],
      },
      'verify',
    );
    assert.deepEqual(
      calls.map(({ call: { kind } }) => kind),
      ['grpc', 'grpc-web-text'],
    );
    assert.equal(load.httpVersion, '2');
  });

  it('make a call of Connect', () => {
    const { calls, load } = scenarioOf(
      { ...WEB, protocol: 'connect', plaintext: true, header: ['x-user: a', 'x-key-bin: AQI='] },
      'verify',
    );
    const [{ call }] = calls as [(typeof calls)[number]];
    assert.equal(call.kind, 'connect');
    assert.equal(load.httpVersion, '1.1');
    assert.deepEqual(call.metadata, [
      ['x-user', 'a'],
      ['x-key-bin', 'AQI='],
    ]);
  });

  it('leave to the protocols what is theirs', () => {
    for (const name of ['connect-timeout-ms', 'content-type', 'content-encoding', 'grpc-status']) {
      const words: Settings = { ...WEB, protocol: 'connect', header: [`${name}: 1`] };
      assert.match(refusal(words), /^--header: .* belongs to the protocol/, name);
    }
    assert.equal(refusal({ ...WEB, header: ['connect-timeout-ms: 1'] }), '');
    assert.match(
      refusal({ ...WEB, protocol: 'connect', engine: 'grpc-js' }),
      /^--engine: .*Connect/,
    );
    assert.match(refusal({ target: ':80', weights: 'v1=1', protocol: 'connect' }), /^--call: say/);
  });

  it('are refused where they contradict each other', () => {
    assert.match(
      refusal({ ...WEB, protocol: 'grpc', origin: 'https://a' }),
      /^--origin: .*gRPC-Web/,
    );
    assert.match(
      refusal({ target: 'http://a/b', weights: 'v1=1', origin: 'https://a' }),
      /^--origin: .*gRPC-Web/,
    );
    assert.match(
      refusal({ ...WEB, origin: 'https://a', header: ['Origin: https://b'] }),
      /^--origin: it is the header of the same name/,
    );
    assert.match(refusal({ target: ':80', weights: 'v1=1', protocol: 'grpc-web' }), /^--call: say/);
    assert.match(refusal({ ...WEB, engine: 'grpc-js' }), /^--engine: .*gRPC-Web/);
    assert.match(refusal({ ...WEB, protocol: 'http' }), /^--protocol: /);
  });

  it('take an origin as browsers write it', () => {
    for (const origin of ['https://myapp.example.com', 'http://127.0.0.1:8080', 'null']) {
      assert.ok(settingsSchema.safeParse({ origin }).success, origin);
    }
    for (const origin of [
      'myapp.example.com',
      'https://a/',
      'https://a/b',
      'https://u@a',
      '*',
      '',
    ]) {
      assert.ok(!settingsSchema.safeParse({ origin }).success, origin);
    }
  });
});
