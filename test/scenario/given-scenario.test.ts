import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InputError } from '../../src/input-error.js';
import { givenScenario } from '../../src/scenario/given-scenario.js';
import { scenarioOf } from '../../src/scenario/scenario.js';
import type { SettingsInput } from '../../src/scenario/schema.js';

const SETTINGS = { target: 'a:1', call: 'a.B/C', weights: { v1: 60, v2: 40 } };

describe('what a program gives', () => {
  it('is a scenario as it is, or settings that make one', () => {
    const scenario = scenarioOf(SETTINGS, 'verify');
    assert.equal(givenScenario(scenario, 'verify'), scenario);
    assert.deepEqual(givenScenario(SETTINGS, 'verify'), scenario);
    assert.deepEqual(
      givenScenario({ ...SETTINGS, header: 'x-user: jack' }, 'verify'),
      scenarioOf({ ...SETTINGS, header: ['x-user: jack'] }, 'verify'),
    );
  });

  it('is refused where it was made for something else', () => {
    assert.throws(() => givenScenario(scenarioOf(SETTINGS, 'bench'), 'verify'), {
      message: /^this scenario was made for bench: /,
    });
  });

  for (const [wrong, message] of [
    [{ alpha: 2 }, /^alpha: write a number between 0 and 1$/],
    [{ maxErrorRate: '1%' }, /^"maxErrorRate" .* \(did you mean "max-error-rate"\?\); .*flags/],
    [{ calls: [{ call: 'a.B/C', header: 5 }] }, /^calls\[0\]\.header: /],
    [{ http: { paht: '/' } }, /^"paht" is not a setting of a request/],
    [{ kube: { contxt: 'a' } }, /^"contxt" is not a setting of kube: there is context/],
    [{ weights: { v1: '60' } }, /^weights: write weights of 0 or more/],
  ] as [object, RegExp][]) {
    it(`is refused in one line: ${JSON.stringify(wrong)}`, () => {
      assert.throws(
        () => givenScenario({ ...SETTINGS, ...wrong }, 'verify'),
        (error: Error) => error instanceof InputError && message.test(error.message),
      );
    });
  }

  it('is refused where it is nothing at all', () => {
    assert.throws(() => givenScenario([] as unknown as SettingsInput, 'verify'), InputError);
    assert.throws(() => givenScenario({}, 'verify'), { message: /^TARGET: / });
  });
});
