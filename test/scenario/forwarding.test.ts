import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InputError } from '../../src/input-error.js';
import {
  FORWARDING_METHOD,
  forwardingNotes,
  forwardingOf,
  withForwardingCall,
} from '../../src/scenario/forwarding.js';

const XDS = 'xds:///echo.echo-grpc.svc.cluster.local:7070';
const TIMEOUT_MS = 10_000;

function asked(data: unknown, timeoutMs = TIMEOUT_MS) {
  return forwardingOf(FORWARDING_METHOD, data, timeoutMs)!;
}

function refusal(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof InputError);
    assert.ok(!error.message.includes('\n'));
    return error.message;
  }
  return assert.fail('it was taken');
}

describe('requests that an application is asked to make', () => {
  it('are those of ForwardEcho alone, however it is written', () => {
    for (const method of [
      FORWARDING_METHOD,
      `/${FORWARDING_METHOD}`,
      'proto.EchoTestService.ForwardEcho',
    ]) {
      assert.equal(forwardingOf(method, { url: XDS }, TIMEOUT_MS)?.count, 1);
    }
    assert.equal(forwardingOf('proto.EchoTestService/Echo', {}, TIMEOUT_MS), undefined);
  });

  it('go where the URL says', () => {
    const places = [
      XDS,
      'grpc://[::1]:7070',
      'http://Echo:80/a/b?c=d',
      'https://echo',
      'http://echo?x=1',
    ];
    assert.deepEqual(
      places.map((url) => {
        const { scheme, host, port, path } = asked({ url });
        return [scheme, host, port, path];
      }),
      [
        ['xds', 'echo.echo-grpc.svc.cluster.local', 7070, '/'],
        ['grpc', '::1', 7070, '/'],
        ['http', 'Echo', 80, '/a/b?c=d'],
        ['https', 'echo', null, '/'],
        ['http', 'echo', null, '/?x=1'],
      ],
    );
    for (const url of [
      'echo:7070',
      'xds:echo',
      'http://',
      'http://u:p@echo:80',
      'http://echo:99999',
    ]) {
      assert.match(
        refusal(() => asked({ url })),
        /no URL for the application to send to/,
      );
    }
    assert.match(
      refusal(() => asked({ count: 3 })),
      /say where the application sends/,
    );
    assert.match(
      refusal(() => asked([{ url: XDS }])),
      /takes one message/,
    );
  });

  it('have the fields that protobuf’s JSON allows', () => {
    const { count, setTimeoutMs, headers } = asked({
      url: XDS,
      count: '20',
      timeoutMicros: '2000000',
      headers: [{ key: 'X-User', value: 'jack' }],
    });
    assert.deepEqual([count, setTimeoutMs, headers], [20, 2000, [['x-user', 'jack']]]);
    assert.match(
      refusal(() => asked({ url: XDS, count: -1 })),
      /count is not a whole number/,
    );
  });

  it('must fit one answer, and the time of all of them', () => {
    assert.equal(asked({ url: XDS, count: 6900 }).count, 6900);
    assert.match(
      refusal(() => asked({ url: XDS, count: 7100 })),
      /4 MiB.*at most 6,990 in count/,
    );
    const message = 'x'.repeat(10_000);
    assert.match(
      refusal(() => asked({ url: XDS, count: 500, message })),
      /at most 395 in count/,
    );
    assert.match(
      refusal(() => asked({ url: XDS, count: 100, qps: 10 })),
      /100 requests at a qps of 10 take 10 s, and the application gives all of a call 5 s/,
    );
    const slow = { url: XDS, count: 100, qps: 10, timeout_micros: 20_000_000 };
    assert.match(
      refusal(() => asked(slow)),
      /^--timeout: .*20 s .*waits 10 s/,
    );
    assert.equal(asked(slow, 30_000).setTimeoutMs, 20_000);
  });

  it('are told where they are many for their time, or few calls are planned', () => {
    assert.deepEqual(forwardingNotes(asked({ url: XDS, count: 10 }), 227), []);
    assert.match(forwardingNotes(asked({ url: XDS, count: 5000 }), 227).join(), /about 20 ms each/);
    assert.match(forwardingNotes(asked({ url: XDS, count: 100 }), 23).join(), /23 calls of 100/);
  });

  it('are ten a call where only the URL is given', () => {
    const { call, data } = withForwardingCall({ 'forward-to': XDS });
    assert.deepEqual([call, data], [FORWARDING_METHOD, { url: XDS, count: 10 }]);
    const own = withForwardingCall({ 'forward-to': XDS, data: { count: 3, qps: 5 } });
    assert.deepEqual(own.data, { url: XDS, count: 3, qps: 5 });
    // What is completed is complete.
    assert.deepEqual(withForwardingCall(own), own);
    const other = { 'forward-to': XDS, data: { url: 'http://x' } };
    assert.match(
      refusal(() => withForwardingCall(other)),
      /another url/,
    );
    const method = { 'forward-to': XDS, call: 'proto.EchoTestService/Echo' };
    assert.match(
      refusal(() => withForwardingCall(method)),
      /drop the method/,
    );
  });
});
