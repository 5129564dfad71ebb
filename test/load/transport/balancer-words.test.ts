import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { withoutBalancers } from '../../../src/load/transport/balancer-words.js';

/** As grpc-js 1.14.7 with grpc-js-xds 1.14.1 says it. */
const AROUND =
  'weighted_target: all children report state TRANSIENT_FAILURE. Latest error: round_robin: No connection established. Last error: No connection established. Last error: ';
const AFTER = '. Resolution note: ';

describe('what the balancers of grpc-js say', () => {
  for (const [said, why] of [
    ['Failed to connect (2026-11-29T08:22:03.641Z)', 'Failed to connect'],
    ['Error: connect ECONNREFUSED 127.0.0.1:1', 'Error: connect ECONNREFUSED 127.0.0.1:1'],
    [
      'Error: No matching subject alternative name found in certificate',
      'Error: No matching subject alternative name found in certificate',
    ],
    [
      'Error: 80CC05EC397F0000:error:0A00010B:SSL routines:ssl3_get_record:wrong version number',
      'Error: error:0A00010B:SSL routines:ssl3_get_record:wrong version number',
    ],
  ] as const) {
    it(`is why no pod could be called: ${why}`, () => {
      assert.equal(withoutBalancers(AROUND + said + AFTER), `no pod could be connected to: ${why}`);
    });
  }

  it('is left as it is where it is not theirs', () => {
    for (const text of ['no such method', 'Last error: x', 'Received RST_STREAM with code 2']) {
      assert.equal(withoutBalancers(text), text);
    }
  });
});
