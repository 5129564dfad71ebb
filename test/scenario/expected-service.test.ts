import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InputError } from '../../src/input-error.js';
import { expectedService } from '../../src/scenario/expected-service.js';
import { parseScenario } from '../../src/scenario/scenario-file.js';

describe('the service that a split is expected of', () => {
  const forms = [
    ['reviews', 'reviews', null, null],
    ['reviews.default', 'reviews.default', null, null],
    ['Reviews.default.svc.cluster.local:9080', 'reviews.default.svc.cluster.local', 9080, null],
    ['reviews.default:9080/reviews/0?a=b', 'reviews.default', 9080, '/reviews/0?a=b'],
    ['reviews/reviews/0', 'reviews', null, '/reviews/0'],
  ] as const;
  for (const [service, host, port, path] of forms) {
    it(`is read from ${service}`, () => {
      assert.deepEqual(expectedService({ expect: { service } }), { host, port, path, headers: [] });
    });
  }

  for (const service of ['', 'http://reviews', 'reviews:0', 'reviews:65536', 'a b', '.x', 'a..b']) {
    it(`is not "${service}"`, () => {
      assert.throws(() => expectedService({ expect: { service } }), InputError);
    });
  }

  it('is the one that is called where nothing is said', () => {
    assert.equal(expectedService({}), null);
  });

  it('is called with the headers that are named', () => {
    const expect = { service: 'reviews', headers: { 'End-User': 'jason' } };
    assert.deepEqual(expectedService({ expect })?.headers, [['end-user', 'jason']]);
    assert.throws(
      () => expectedService({ expect: { service: 'reviews', headers: { 'a b': 'x' } } }),
      /expect\.headers/,
    );
  });

  it('is a setting of the run and of each call', () => {
    const settings = parseScenario(
      'expect: {service: a}\ncalls: [{call: p.S/M}, {call: p.S/N, expect: {service: b}}]',
      'x.yaml',
    );
    assert.equal(settings.expect?.service, 'a');
    assert.equal(settings.calls?.[1]?.expect?.service, 'b');
  });
});
