import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { attributionTable } from '../../src/count/attribution.js';
import { NOBODY } from '../../src/count/observation.js';
import { PodDirectory } from '../../src/count/pod-directory.js';
import { PodReader, type RawAnswer } from '../../src/count/pod-reader.js';

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
    buffer,
    messageStart: 2,
    messageEnd: buffer.length - 2,
    header: (name) => headers[name],
    trailer: () => undefined,
  };
}

function reader(decoded: string[], pods = new PodDirectory(TABLE)): PodReader {
  return new PodReader(
    { kind: 'field', path: ['pod'] },
    (message) => {
      const text = Buffer.from(message).toString();
      decoded.push(text);
      return { pod: text };
    },
    pods,
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

  it('finds nobody in an empty answer, and headers without decoding', () => {
    const decoded: string[] = [];
    assert.equal(reader(decoded).podOf(raw('')), NOBODY);
    const byHeader = new PodReader(
      { kind: 'header', name: 'x-pod' },
      () => assert.fail('nothing to decode'),
      new PodDirectory(TABLE),
    );
    assert.equal(byHeader.podOf(raw('whatever', { 'x-pod': 'a-v2-1' })), 0);
    assert.equal(byHeader.podOf(raw('whatever')), NOBODY);
  });

  it('stops numbering when identities turn out to be no pods', () => {
    const pods = new PodDirectory(TABLE);
    for (let number = 0; number < 10_000; number++)
      pods.numberOf({ pod: `p${number}`, version: null });
    assert.equal(pods.numberOf({ pod: 'one-more', version: null }), NOBODY);
    assert.equal(pods.numberOf({ pod: 'p7', version: null }), 7);
    assert.equal(pods.names.length, 10_000);
  });
});
