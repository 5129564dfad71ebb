import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InputError } from '../src/input-error.js';

describe('an input error', () => {
  it('is plain data for logs and other processes', () => {
    const place = { file: 'vs.yaml', line: 14, path: 'spec.http[0]' };
    assert.deepEqual(JSON.parse(JSON.stringify(new InputError('it is empty', place))), {
      name: 'InputError',
      code: 'ERR_SPLITPROOF_INPUT',
      message: 'vs.yaml:14: spec.http[0]: it is empty',
      problem: 'it is empty',
      place,
    });
    assert.equal(new InputError('interrupted', {}, 'ABORT_ERR').toJSON().code, 'ABORT_ERR');
  });
});
