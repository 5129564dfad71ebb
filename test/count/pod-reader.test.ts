import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RawAnswer } from '../../src/call/answer.js';
import { attributionTable, NOBODY } from '../../src/count/attribution.js';
import { PodDirectory } from '../../src/count/pod-directory.js';
import { ProxyReader } from '../../src/count/proxied/proxy-reader.js';
import { PodReader } from '../../src/count/pod-reader.js';

const TABLE = attributionTable(
  ['v1', 'v2'],
  [],
  [
    { token: 'v1', version: null, destination: 0 },
    { token: 'v2', version: null, destination: 1 },
  ],
);

function raw(text: string, headers: Record<string, string> = {}): RawAnswer {
  const buffer = Buffer.from(`##${text}##`);
  return {
    status: 0,
    buffer,
    messageStart: 2,
    messageEnd: buffer.length - 2,
    header: (name) => headers[name],
    trailer: () => undefined,
  };
}

/** Reads the pod from the message, and notes each message that it had to read. */
function reader(decoded: string[], pods = new PodDirectory(TABLE)): PodReader {
  return new PodReader(
    {
      isToldByMessage: ({ status }) => status === 0,
      wholeHeader: null,
      identify: ({ buffer, messageStart, messageEnd }) => {
        const text = Buffer.from(buffer.subarray(messageStart, messageEnd)).toString();
        decoded.push(text);
        return text === '' ? undefined : { pod: text, version: null };
      },
    },
    pods,
    new ProxyReader(TABLE, pods),
  );
}

describe('PodReader', () => {
  it('decodes a reply that recurs only once', () => {
    const decoded: string[] = [];
    const pods = new PodDirectory(TABLE);
    const read = reader(decoded, pods);
    const seen = ['a-v1-x', 'a-v2-y', 'a-v1-x', 'a-v1-x', 'a-v2-y'].map((text) =>
      read.podOf(raw(text)),
    );
    assert.deepEqual(seen, [0, 1, 0, 0, 1]);
    assert.deepEqual(decoded, ['a-v1-x', 'a-v2-y']);
    assert.deepEqual(pods.destinations, [0, 1]);
  });

  it('reads a long body that recurs once, and none that is not told by its bytes', () => {
    const decoded: string[] = [];
    const read = reader(decoded);
    const long = `a-v1-${'x'.repeat(2000)}`;
    assert.equal(read.podOf(raw(long)), 0);
    assert.equal(read.podOf(raw(long)), 0);
    assert.equal(read.podOf(raw(`${long}y`)), 1);
    assert.deepEqual(decoded, [long, `${long}y`]);
    assert.equal(read.podOf({ ...raw(long), status: 14 }), 0);
    assert.equal(decoded.length, 3);
  });

  it('tells replies apart that differ in one byte, however many there are', () => {
    const pods = new PodDirectory(TABLE);
    const read = reader([], pods);
    for (let round = 0; round < 2; round++) {
      for (let number = 0; number < 5000; number++) {
        const pod = read.podOf(raw(`a-v${(number % 2) + 1}-${number}`));
        assert.equal(pods.names[pod], `a-v${(number % 2) + 1}-${number}`);
        assert.equal(pods.destinations[pod], number % 2);
      }
    }
  });

  it('finds nobody in an empty answer', () => {
    assert.equal(reader([]).podOf(raw('')), NOBODY);
  });

  it('reads every answer whose headers say who gave it', () => {
    const pods = new PodDirectory(TABLE);
    const byHeader = new PodReader(
      {
        isToldByMessage: () => false,
        wholeHeader: null,
        identify: (answer) => {
          const pod = answer.header('x-pod');
          return pod === undefined ? undefined : { pod, version: null };
        },
      },
      pods,
      new ProxyReader(TABLE, pods),
    );
    assert.equal(byHeader.podOf(raw('same', { 'x-pod': 'a-v2-1' })), 0);
    assert.equal(byHeader.podOf(raw('same', { 'x-pod': 'a-v1-1' })), 1);
    assert.equal(byHeader.podOf(raw('same')), NOBODY);
  });

  it('stops numbering when identities turn out to be those of something else', () => {
    const pods = new PodDirectory(TABLE);
    for (let number = 0; number < 10_000; number++)
      pods.numberOf({ pod: `p${number}`, version: null });
    assert.equal(pods.numberOf({ pod: 'one-more', version: null }), NOBODY);
    assert.equal(pods.numberOf({ pod: 'p7', version: null }), 7);
    assert.equal(pods.names.length, 10_000);
  });
});
