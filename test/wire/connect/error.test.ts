import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readConnectError } from '../../../src/wire/connect/error.js';
import { formatConnectTimeout } from '../../../src/wire/connect/timeout.js';
import { GRPC_STATUS_NAMES } from '../../../src/wire/grpc/status.js';

function read(body: string | Uint8Array): ReturnType<typeof readConnectError> {
  const bytes = Buffer.from(body);
  // It lies anywhere in a chunk, and is read in place.
  const lying = Buffer.concat([Buffer.from('{"code'), bytes, Buffer.from('}')]);
  return readConnectError(lying, 6, 6 + bytes.length);
}

const NAMES =
  'canceled unknown invalid_argument deadline_exceeded not_found already_exists permission_denied resource_exhausted failed_precondition aborted out_of_range unimplemented internal unavailable data_loss unauthenticated';

describe('an error of Connect', () => {
  it('has a code for each failure of gRPC, in their order', () => {
    const statuses = NAMES.split(' ').map((code) => read(JSON.stringify({ code }))?.status);
    assert.deepEqual(
      statuses,
      GRPC_STATUS_NAMES.slice(1).map((_, index) => index + 1),
    );
  });

  it('has words and the types of what says more', () => {
    const details = [{ type: 'google.rpc.RetryInfo', value: 'CgIIPA' }, 7, { type: 7 }];
    assert.deepEqual(
      read(JSON.stringify({ code: 'unavailable', message: 'näher 🦔', details, more: 1 })),
      { status: 14, message: 'näher 🦔', detailTypes: ['google.rpc.RetryInfo'] },
    );
    assert.deepEqual(read('{"code":"internal","message":7,"details":{}}'), {
      ...{ status: 13, message: '', detailTypes: [] },
    });
  });

  it('names no more than a few types', () => {
    const details = Array.from({ length: 1000 }, (_, at) => ({ type: `a.T${at}`, value: '' }));
    assert.equal(read(JSON.stringify({ code: 'aborted', details }))?.detailTypes.length, 5);
  });

  it('is none without one of the codes, or where it is no object of JSON', () => {
    const bodies = [
      '',
      '{',
      'null',
      '[]',
      '"unavailable"',
      '14',
      '{}',
      '{"code":null}',
      '{"code":14}',
      '{"code":"ok"}',
      '{"code":"UNAVAILABLE"}',
      '{"code":"toString"}',
      '{"error":{"code":"unavailable"}}',
      '<html>',
      `{"code":"unavailable","message":"${'x'.repeat(300_000)}"}`,
      '['.repeat(100_000),
    ];
    for (const body of bodies) assert.equal(read(body), null, body.slice(0, 40));
    assert.equal(read(Buffer.from([0xff, 0xfe, 0x00])), null);
  });
});

describe('a deadline of Connect', () => {
  it('is a positive whole number of at most ten digits', () => {
    const texts = [0, 0.2, 1, 999.5, 10_000, 1e9, 1e12].map(formatConnectTimeout);
    assert.deepEqual(texts, ['1', '1', '1', '1000', '10000', '1000000000', '9999999999']);
  });
});
