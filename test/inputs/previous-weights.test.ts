import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readPreviousWeights } from '../../src/inputs/previous-weights.js';

describe('previous weights', () => {
  it('are given themselves', async () => {
    assert.deepEqual(await readPreviousWeights('v1=90,v2=10', 'a.A/One'), {
      file: null,
      weights: [
        { name: 'v1', weight: 90 },
        { name: 'v2', weight: 10 },
      ],
    });
    await assert.rejects(readPreviousWeights('v1:90', 'a.A/One'), /--previous: .*NAME=WEIGHT/);
  });

  it('stand in a record', async () => {
    const { file, weights } = await readPreviousWeights('reports/sample.json', 'any.Call/AtAll');
    assert.equal(file, 'reports/sample.json');
    assert.deepEqual(weights.map(({ name }) => name).sort(), ['v1', 'v2']);
    await assert.rejects(
      readPreviousWeights('nope.json', 'a.A/One'),
      /^InputError: nope\.json: --previous: no such file/,
    );
  });
});
