import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SilenceWatch } from '../../../src/load/phase/silence-watch.js';

const LOOK_MS = 100;

/** A watch on a clock of its own, which the test moves on. */
class Watched {
  medianMs: number | null = null;
  readonly watch = new SilenceWatch(LOOK_MS, () => this.medianMs);
  nowMs = performance.now();

  /** Lets time pass, with a look every 100 ms. */
  pass(lengthMs: number, isIdle = false): void {
    for (let passed = 0; passed < lengthMs; passed += LOOK_MS) {
      this.nowMs += LOOK_MS;
      this.watch.look(this.nowMs, isIdle);
    }
  }

  /** The thread stands still. */
  standStill(lengthMs: number): void {
    this.nowMs += lengthMs;
    this.watch.look(this.nowMs, false);
  }

  begin(): void {
    this.watch.begin(this.nowMs);
  }

  /** An answer; the median is known from then on. */
  answer(medianMs = 5): void {
    this.watch.answered(this.nowMs);
    this.medianMs = medianMs;
  }

  /** In whole looks. */
  get lengthsMs(): number[] {
    return this.watch.silences.map(({ lengthMs }) => Math.round(lengthMs / LOOK_MS) * LOOK_MS);
  }
}

describe('a silence', () => {
  it('is a stretch without any answer, longer than a second', () => {
    const watched = new Watched();
    watched.begin();
    watched.answer();
    watched.pass(900);
    watched.answer();
    const startedAtMs = watched.nowMs;
    watched.pass(3000);
    assert.equal(watched.watch.isSilent, true);
    watched.answer();
    assert.equal(watched.watch.isSilent, false);
    watched.pass(500);
    watched.watch.end();
    assert.deepEqual(watched.lengthsMs, [3000]);
    assert.equal(watched.watch.silences[0]?.startMs, performance.timeOrigin + startedAtMs);
  });

  it('is longer than ten times the median latency before it', () => {
    const watched = new Watched();
    watched.begin();
    watched.answer(400);
    watched.pass(3900);
    // What ends meanwhile does not make it shorter.
    watched.medianMs = 4;
    watched.answer(400);
    watched.pass(4200);
    watched.answer(400);
    watched.watch.end();
    assert.deepEqual(watched.lengthsMs, [4200]);
  });

  it('is none while nothing is to be answered', () => {
    const watched = new Watched();
    watched.begin();
    watched.answer();
    watched.pass(5000, true);
    watched.begin();
    watched.pass(500);
    watched.answer();
    watched.watch.end();
    assert.deepEqual(watched.lengthsMs, []);
  });

  it('ends when nothing is to be answered any more', () => {
    const watched = new Watched();
    watched.begin();
    watched.answer();
    watched.pass(2000);
    watched.pass(8000, true);
    watched.begin();
    watched.answer();
    watched.watch.end();
    assert.deepEqual(watched.lengthsMs, [2100]);
  });

  it('is none where the thread itself stood still', () => {
    const watched = new Watched();
    watched.begin();
    watched.answer();
    watched.standStill(5000);
    watched.answer();
    // Of this one half was seen.
    watched.pass(1500);
    watched.standStill(2000);
    watched.answer();
    watched.watch.end();
    assert.deepEqual(watched.lengthsMs, [1700]);
  });

  it('before the first answer is told by the latency of all', () => {
    const early = (medianMs: number): number[] => {
      const watched = new Watched();
      watched.begin();
      watched.pass(3000);
      watched.answer(medianMs);
      watched.watch.end();
      return watched.lengthsMs;
    };
    assert.deepEqual(early(20), [3000]);
    assert.deepEqual(early(2500), []);
  });

  it('may last from the first request to the last', () => {
    const watched = new Watched();
    watched.begin();
    watched.pass(4000);
    watched.watch.end();
    assert.deepEqual(watched.lengthsMs, [4000]);
  });
});
