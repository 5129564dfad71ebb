import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { reasonsOf } from '../../fixtures/command.js';
import { type Pods, startPods } from '../../fixtures/greeters.js';
import { byTheClock, runThroughChanging } from './changing-envoy.js';
import { hangsTogether, PACED, saysThatWeightsChanged } from './time-runs.js';

/** A run of {@link PACED} takes a little longer. */
const RUN_MS = 2200;

describe('the real Envoy, whose weights change while it serves', () => {
  let pods: Pods;
  before(async () => {
    pods = await startPods('greeter', ['v1', 'v2']);
  });
  after(() => pods.close());

  it('never passes where they drift from 80/20 to 40/60', async () => {
    const drift = (ms: number): number => 80 - 40 * Math.min(1, ms / RUN_MS);
    const record = await runThroughChanging(pods, drift, PACED);
    assert.notEqual(record.verdict, 'pass', reasonsOf(record));
    saysThatWeightsChanged(record);
  });

  it('never passes where they swing by 20 points to either side, ten times a second', async () => {
    const swing = (ms: number): number => (ms % 100 < 50 ? 80 : 40);
    hangsTogether(await runThroughChanging(pods, swing, PACED));
  });

  it('never passes where all of a moment goes to one destination', async () => {
    const record = await runThroughChanging(pods, byTheClock(), PACED);
    assert.notEqual(record.verdict, 'pass', reasonsOf(record));
  });
});
