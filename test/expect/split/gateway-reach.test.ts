import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { missableShare, reachOf } from '../../../src/expect/split/gateway-reach.js';

describe('what connections exclude', () => {
  it('at alpha .001: 19 % of the gateways with 32, 10 % with 64, 5.3 % with 128', () => {
    const shares = [32, 64, 128].map((connections) => missableShare(0.001, connections));
    assert.deepEqual(
      shares.map((share) => share.toPrecision(2)),
      ['0.19', '0.10', '0.053'],
    );
    for (const [at, connections] of [32, 64, 128].entries()) {
      assert.ok(Math.abs((1 - (shares[at] ?? 0)) ** connections - 0.001) < 1e-12);
    }
  });
});

describe('how connections reach gateways', () => {
  it('all of them, by inclusion and exclusion', () => {
    for (const [gateways, connections] of [
      [3, 10],
      [5, 32],
      [8, 32],
    ] as const) {
      let expected = 0;
      let choose = 1;
      for (let missed = 0; missed <= gateways; missed += 1) {
        expected += (-1) ** missed * choose * (1 - missed / gateways) ** connections;
        choose = (choose * (gateways - missed)) / (missed + 1);
      }
      const reach = reachOf(gateways, connections);
      assert.ok(Math.abs(reach.allReached - expected) < 1e-12, `${gateways} ${connections}`);
      assert.equal(reach.each, connections / gateways);
    }
  });
  it('one is always reached, and more than there are connections never are', () => {
    assert.deepEqual(reachOf(1, 4), { gateways: 1, each: 4, unreached: 0, allReached: 1 });
    assert.equal(reachOf(5, 4).allReached, 0);
    assert.equal(reachOf(2, 1).unreached, 1);
  });
});
