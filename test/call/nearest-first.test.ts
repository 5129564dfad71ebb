import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nearestFirst } from '../../src/call/nearest-first.js';

describe('names for one that there is not', () => {
  it('begin with those that are spelt alike, whatever their capitals and lines', () => {
    assert.equal(nearestFirst('podname', ['zone', 'pod_name', 'cold']), 'pod_name, zone, cold');
    assert.equal(nearestFirst('SayHelo', ['Watch', 'SayHello']), 'SayHello, Watch');
    assert.equal(nearestFirst('pod', ['any', 'pod_name']), 'pod_name, any');
  });

  it('stay in their order where none is asked for, and are counted where they are many', () => {
    const many = Array.from({ length: 12 }, (_, index) => `field_${index}`);
    assert.equal(nearestFirst('', []), 'none');
    assert.equal(nearestFirst('', ['b', 'a']), 'b, a');
    assert.equal(nearestFirst('', many), `${many.slice(0, 8).join(', ')} and 4 others`);
    // One more is not worth being counted.
    assert.equal(nearestFirst('', many.slice(0, 9)), many.slice(0, 9).join(', '));
  });
});
