import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  exitStatusOf,
  gravestStatus,
  interruptedStatus,
  type Outcome,
} from '../../src/cli/exit-status.js';

const PASS: Outcome = { verdict: 'pass', end: 'complete', signalName: null };

/** Each: the outcome, how an inconclusive verdict counts, whether all was written, the status. */
const CASES: [Partial<Outcome>, 'fail' | 'pass' | 'report', boolean, number][] = [
  [{}, 'report', true, 0],
  [{ verdict: 'fail' }, 'pass', true, 1],
  [{ verdict: 'inconclusive' }, 'report', true, 3],
  [{ verdict: 'inconclusive' }, 'pass', true, 0],
  [{ verdict: 'inconclusive' }, 'fail', true, 1],
  [{ verdict: 'inconclusive', end: 'unreachable' }, 'pass', true, 4],
  [{ verdict: 'fail', end: 'unreachable' }, 'report', true, 4],
  [{ verdict: 'fail' }, 'report', false, 2],
  [{ verdict: 'inconclusive', end: 'unreachable' }, 'report', false, 2],
  [{ verdict: 'inconclusive', end: 'interrupted', signalName: 'SIGINT' }, 'pass', true, 130],
  [{ verdict: 'inconclusive', end: 'interrupted', signalName: 'SIGHUP' }, 'report', true, 130],
  [{ verdict: 'inconclusive', end: 'interrupted', signalName: 'SIGTERM' }, 'report', false, 143],
  // The record of a run that was interrupted elsewhere, and a signal that came too late.
  [{ verdict: 'inconclusive', end: 'interrupted' }, 'report', true, 3],
  [{ signalName: 'SIGINT' }, 'report', true, 0],
];

describe('the exit status', () => {
  for (const [outcome, inconclusive, isWritten, status] of CASES) {
    const written = isWritten ? '' : ', a report not written';
    it(`${JSON.stringify(outcome)}, inconclusive: ${inconclusive}${written}: ${status}`, () => {
      assert.equal(exitStatusOf({ ...PASS, ...outcome }, inconclusive, isWritten), status);
    });
  }

  it('is the gravest where several apply', () => {
    const gravestFirst = [70, 130, 143, 2, 4, 1, 3, 0];
    for (const [at, status] of gravestFirst.entries()) {
      assert.equal(gravestStatus(...gravestFirst.slice(at).reverse()), status);
    }
  });

  it('of a command that ended early says what ended it', () => {
    assert.deepEqual(
      (['SIGINT', 'SIGHUP', 'SIGTERM', null] as const).map(interruptedStatus),
      [130, 130, 143, 70],
    );
  });
});
