import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RawAnswer } from '../../src/call/answer.js';
import {
  answerReader,
  type AnswerFormat,
  loadAnswerReaders,
} from '../../src/call/answer-reader.js';
import { encodeMessage } from '../../src/call/grpc/message.js';
import { findMethod } from '../../src/call/grpc/method.js';
import { replyContract } from '../../src/call/grpc/reply-contract.js';
import type { IdentitySpec } from '../../src/call/identity.js';
import { loadContract } from '../../src/inputs/contract.js';

const contract = await loadContract({ protoFiles: [], importPaths: [], protosets: [] });
const { output } = findMethod(contract, 'helloworld.Greeter/SayHello');

function format(identity: IdentitySpec): AnswerFormat {
  // As it arrives in another thread.
  return structuredClone({ kind: 'grpc', identity, reply: replyContract(output) });
}

/** A reply inside of a buffer with other bytes around it. */
function reply(message: string): RawAnswer {
  const bytes = encodeMessage(output, { message });
  const buffer = new Uint8Array(bytes.length + 10).fill(0xff);
  buffer.set(bytes, 5);
  return {
    status: 0,
    buffer,
    messageStart: 5,
    messageEnd: 5 + bytes.length,
    header: (name) => (name === 'x-pod' ? 'pod-of-header' : undefined),
    trailer: () => undefined,
  };
}

const TEXT: IdentitySpec = {
  source: { kind: 'text', pattern: { dialect: 're2', text: 'from (.+)!' } },
  pattern: null,
  map: null,
};

describe('a reader of answers', () => {
  it('is made once what it takes is loaded', async () => {
    assert.throws(() => answerReader(format(TEXT)), RangeError);
    await loadAnswerReaders([format(TEXT)]);
    const answer = reply("Hello, Jack! I'm from pod-1!");
    assert.deepEqual(answerReader(format(TEXT)).identify(answer), { pod: 'pod-1', version: null });
  });

  it('says whether equal messages are of equal senders', async () => {
    await loadAnswerReaders([format(TEXT)]);
    for (const [source, expected] of [
      [{ kind: 'header', name: 'x-pod' }, false],
      [{ kind: 'trailer', name: 'x-pod' }, false],
      [{ kind: 'cookie', name: 'pod' }, false],
      [{ kind: 'none' }, false],
      [{ kind: 'field', path: ['message'] }, true],
      [{ kind: 'json', path: ['pod'] }, true],
      [TEXT.source, true],
      [{ kind: 'echo' }, true],
    ] as const) {
      const reader = answerReader(format({ source, pattern: null, map: null }));
      assert.equal(reader.isToldByMessage(reply('')), expected, source.kind);
    }
  });

  it('takes equal messages for different ones where what is absent in a successful one has a name', () => {
    const source = { kind: 'field', path: ['message'] } as const;
    const reader = answerReader(format({ source, pattern: null, map: [['', 'v1']] }));
    assert.equal(reader.isToldByMessage(reply('')), true);
    assert.equal(reader.isToldByMessage({ ...reply(''), status: 14 }), false);
  });

  it('reads headers without a look at the message', () => {
    const source = { kind: 'header', name: 'x-pod' } as const;
    const reader = answerReader(format({ source, pattern: null, map: null }));
    const broken = { ...reply(''), messageEnd: 15 };
    assert.equal(reader.identify(broken)?.pod, 'pod-of-header');
  });

  it('takes what is not such a message for nothing', () => {
    const source = { kind: 'field', path: ['message'] } as const;
    const reader = answerReader(format({ source, pattern: null, map: null }));
    assert.equal(reader.identify({ ...reply('pod-1'), messageStart: 0 }), undefined);
    assert.equal(reader.identify({ ...reply('pod-1'), messageEnd: 5 }), undefined);
  });
});
