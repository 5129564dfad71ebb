import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readScenarioFile } from '../../src/inputs/scenario-file.js';
import { scenarioOf } from '../../src/scenario/scenario.js';

describe('scenario files', () => {
  it('hold paths relative to themselves', async () => {
    const { manifest } = await readScenarioFile('scenarios/echo-20-80.yaml');
    assert.deepEqual(manifest, [
      'scenarios/echo/destination-rule.yaml',
      'scenarios/echo/virtual-service.yaml',
    ]);
  });

  it('make complete scenarios', async () => {
    for (const name of ['asm-greeter-60-40', 'asm-greeter-100-0', 'echo-20-80']) {
      const scenario = scenarioOf(await readScenarioFile(`scenarios/${name}.yaml`), 'verify');
      assert.equal(scenario.name, name);
      assert.deepEqual(scenario.security, { kind: 'plaintext' });
      assert.equal(scenario.load.connections, 32);
      assert.equal(scenario.load.concurrency, 64);
    }
  });

  it('that are folders or missing are refused', async () => {
    await assert.rejects(readScenarioFile('scenarios'), {
      message: 'scenarios: --scenario: this is a folder: name a scenario file in it',
    });
    await assert.rejects(readScenarioFile('nope.yaml'), { message: /^nope\.yaml: .*no such file/ });
  });
});
