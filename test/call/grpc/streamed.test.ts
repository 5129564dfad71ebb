import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { givenMessages, streamOf } from '../../../src/call/grpc/streamed.js';
import { findMethod } from '../../../src/call/grpc/method.js';
import { loadContract } from '../../../src/inputs/contract.js';
import type { StreamSettings } from '../../../src/scenario/stream-settings.js';
import { parseJsonTexts } from '../../../src/scenario/json-texts.js';

const contract = await loadContract({ protoFiles: [], importPaths: [], protosets: [] });
const unary = findMethod(contract, 'helloworld.Greeter/SayHello');
const server = findMethod(contract, 'helloworld.Greeter/SayHelloStreamReply');
const both = findMethod(contract, 'helloworld.Greeter/SayHelloBidiStream');

describe('several texts of JSON', () => {
  const cases: [text: string, value: unknown][] = [
    ['{"a":1}', { a: 1 }],
    [' [1, 2] ', [1, 2]],
    ['{"a":1}{"a":2}', [{ a: 1 }, { a: 2 }]],
    ['{"a":"}{"}\n{"a":"\\"{"}\r\n', [{ a: '}{' }, { a: '"{' }]],
    ['{"a":[{}]}  {"a":[]}', [{ a: [{}] }, { a: [] }]],
    ['"x"\n"y z"\n', ['x', 'y z']],
    ['1 2 true', [1, 2, true]],
    ['"a"{"b":1}', ['a', { b: 1 }]],
  ];
  for (const [text, value] of cases) {
    it(`reads ${JSON.stringify(text)}`, () => {
      assert.deepEqual(parseJsonTexts(text), value);
    });
  }

  it('says which of them is none', () => {
    assert.throws(() => parseJsonTexts('{"a":1}\n{a:2}'), /^SyntaxError: message 2: /);
    assert.throws(() => parseJsonTexts('{"a":'), /^SyntaxError: (?!message)/);
    assert.throws(() => parseJsonTexts('{"a":1}}'), /^SyntaxError: message 2/);
  });
});

describe('what a call streams', () => {
  const asked = { count: null, intervalMs: null, countedBy: null };
  const one = [Buffer.from('x')];
  const two = [...one, Buffer.from('y')];

  it('follows from the method', () => {
    assert.equal(streamOf(unary, { stream: asked }, one, null), undefined);
    assert.deepEqual(streamOf(server, { stream: asked }, one, null), {
      side: 'server',
      messages: one,
      count: 1,
      intervalMs: 0,
    });
    assert.equal(streamOf(both, { stream: asked }, two, null)?.count, 2);
  });

  it('sends as many as are asked for, or until the time of the run is over', () => {
    const paced = { ...asked, intervalMs: 100 };
    const many = { ...asked, count: 5 };
    assert.equal(streamOf(both, { stream: many }, two, null)?.count, 5);
    assert.equal(streamOf(both, { stream: paced }, two, null)?.count, 2);
    assert.equal(streamOf(both, { stream: paced }, two, 1000)?.count, null);
    assert.equal(streamOf(both, { stream: { ...paced, count: 5 } }, two, 1000)?.count, 5);
    assert.equal(streamOf(both, { stream: asked }, two, 1000)?.count, 2);
    assert.equal(streamOf(both, { stream: paced }, [], 1000)?.count, 0);
  });

  it('is refused where the method does not stream it', () => {
    const refused = (method: typeof unary, stream: StreamSettings): void => {
      assert.throws(() => streamOf(method, { stream }, one, null), { name: 'InputError' });
    };
    refused(unary, { ...asked, count: 2 });
    refused(server, { ...asked, count: 2 });
    refused(server, { ...asked, intervalMs: 10 });
    refused(unary, { ...asked, countedBy: 'messages' });
    assert.throws(() => streamOf(both, { stream: { ...asked, count: 2 } }, [], null), /no message/);
  });

  it('has one message unless the client streams', () => {
    assert.deepEqual(givenMessages(unary, { name: 'a' }), [{ name: 'a' }]);
    assert.deepEqual(givenMessages(unary, [{ name: 'a' }]), [{ name: 'a' }]);
    assert.deepEqual(givenMessages(both, []), []);
    assert.equal(givenMessages(both, [{}, {}]).length, 2);
    assert.throws(() => givenMessages(server, [{}, {}]), /takes one message, and 2 are given/);
    assert.throws(() => givenMessages(unary, []), /takes one message, and 0 are given/);
  });
});
