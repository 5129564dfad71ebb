import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InputError } from '../../src/input-error.js';
import { eachReplica } from '../../src/scenario/each-replica.js';
import { type SettingsInput, settingsSchema } from '../../src/scenario/schema.js';
import { scenarioOf } from '../../src/scenario/scenario.js';

const BASE = { target: 'gateway:443', call: 'a.B/C', kube: true } satisfies SettingsInput;

const asked = (given: SettingsInput) => {
  const settings = settingsSchema.parse(given);
  return eachReplica(settings, [settings, ...((settings.calls ?? []) as (typeof settings)[])]);
};

describe('--each-replica', () => {
  it('is on, with the Service where one is named', () => {
    assert.equal(asked(BASE), null);
    assert.equal(asked({ ...BASE, 'each-replica': false }), null);
    assert.deepEqual(asked({ ...BASE, 'each-replica': true }), { service: null });
    const service = { namespace: 'istio-system', name: 'gw', port: null };
    assert.deepEqual(asked({ ...BASE, 'each-replica': 'istio-system/gw' }), { service });
    assert.deepEqual(asked({ ...BASE, 'each-replica': 'istio-system/gw:8443' }), {
      service: { ...service, port: 8443 },
    });
  });

  const refused: [changes: SettingsInput, place: string, reason: RegExp][] = [
    [{ kube: false }, '--each-replica', /read of the cluster: give --kube/],
    [{ 'each-replica': 'gw' }, '--each-replica', /"gw" is not NAMESPACE\/SERVICE/],
    [{ target: 'unix:/run/gw' }, 'TARGET', /by host and port/],
    [{ target: 'xds:///gw:443' }, 'TARGET', /by host and port/],
    [{ resolve: 'gateway:443:10.0.0.1' }, '--resolve', /addresses of the pods/],
    [{ 'connect-to': '::10.0.0.1:' }, '--connect-to', /addresses of the pods/],
    [{ passive: true }, '--passive', /a log does not say which replica/],
    [{ 'across-change': '5m' }, '--across-change', /one after the other/],
    [{ identity: 'access-log:-' }, '--identity', /the log does not say/],
    [{ 'envoy-admin': ['http://127.0.0.1:15000'] }, '--envoy-admin', /of one proxy/],
    [{ 'config-dump': 'dump.json' }, '--config-dump', /of one proxy/],
    [{ expect: { service: 'reviews' } }, '--expect-service', /a service behind/],
    [{ 'forward-to': 'xds:///echo:7070' }, '--forward-to', /not this client/],
  ];
  for (const [changes, place, reason] of refused) {
    it(`refuses ${JSON.stringify(changes)} in one line`, () => {
      assert.throws(
        () => asked({ ...BASE, 'each-replica': true, ...changes }),
        (error) => {
          assert.ok(error instanceof InputError);
          assert.equal(error.place.path, place);
          assert.match(error.message, reason);
          assert.doesNotMatch(error.message, /\n/);
          return true;
        },
      );
    });
  }

  it('is for verdicts: a load test has none', () => {
    const settings = settingsSchema.parse({ ...BASE, 'each-replica': true });
    assert.deepEqual(scenarioOf(settings, 'verify').eachReplica, { service: null });
    assert.throws(() => scenarioOf(settings, 'bench'), /a load test has no verdict/);
  });
});
