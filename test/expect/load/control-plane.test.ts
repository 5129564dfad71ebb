import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ControlPlaneCounts } from '../../../src/count/control-plane.js';
import { nothingCounted } from '../../../src/count/nothing-counted.js';
import {
  controlPlaneFindings,
  controlPlaneReason,
} from '../../../src/expect/load/control-plane.js';

const START_MS = Date.UTC(2026, 10, 29, 7, 0, 0);
const SPAN = { startMs: START_MS, endMs: START_MS + 10_000, sendingMs: 10_000 };
const QUIET: ControlPlaneCounts = { server: 'istiod:15010', changes: [], losses: [], unusable: [] };
const shares = (v1: number) => [
  { name: 'v1', share: v1 },
  { name: 'v2', share: 1 - v1 },
];

function seen(more: Partial<ControlPlaneCounts>) {
  return { ...nothingCounted(), span: SPAN, controlPlanes: [{ ...QUIET, ...more }] };
}

describe('what a control plane does during a sample', () => {
  it('is nothing to tell where it does nothing, or none is asked', () => {
    assert.deepEqual(controlPlaneFindings(seen({}), []), []);
    assert.equal(controlPlaneReason(seen({})), null);
    assert.deepEqual(controlPlaneFindings(nothingCounted(), []), []);
  });

  it('bars a pass where it changes the split, with the time and both splits', () => {
    const change = { call: 1, atMs: START_MS + 3400, before: shares(0.2), after: shares(0.5) };
    const later = { ...change, atMs: START_MS + 9000 };
    const counted = seen({ changes: [later, change] });
    const [, finding] = controlPlaneFindings(counted, [null, 'Echo']);
    assert.equal(finding?.code, 'weights-changed-during-run');
    assert.equal(finding.call, 'Echo');
    assert.equal(
      finding.evidence,
      'istiod:15010 told v1 20 %, v2 80 % until 2026-11-29T07:00:03.400Z, and v1 50 %, v2 50 % from then on',
    );
    assert.match(controlPlaneReason(counted)?.text ?? '', /changed the weights 3\.4 s into/);
  });

  it('is told where it went away, and bars nothing', () => {
    const why = 'istiod:15010: connection refused';
    const counted = seen({
      losses: [
        { fromMs: START_MS + 2000, untilMs: START_MS + 3500, why },
        { fromMs: START_MS - 1000, untilMs: null, why },
      ],
    });
    const [first, second] = controlPlaneFindings(counted, []);
    assert.equal(first?.code, 'control-plane-lost');
    assert.match(first.summary, /2 s into the sample for 1\.5 s, and came back at .*:03\.500Z/);
    assert.match(second?.summary ?? '', /went away before the sample and did not come back/);
    assert.equal(controlPlaneReason(counted), null);
  });

  it('is told where clients could not use what it said', () => {
    const one = { atMs: START_MS + 1000, what: 'route configuration (RDS) "r"', why: 'no path' };
    const [finding] = controlPlaneFindings(seen({ unusable: [one] }), []);
    assert.equal(finding?.code, 'xds-resource-refused');
    assert.equal(finding.evidence, 'istiod:15010, route configuration (RDS) "r": no path');
  });
});
