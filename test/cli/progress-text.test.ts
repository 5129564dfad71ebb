import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ProgressText, progressText, type Shown } from '../../src/cli/progress-text.js';
import { displayWidth } from '../../src/report/text-width.js';
import type { SamplingProgress } from '../../src/run/progress.js';

const SAMPLING: SamplingProgress = {
  phase: 'sampling',
  elapsedMs: 236,
  done: 1204,
  planned: 3089,
  failed: 0,
  destinations: [
    { name: 'v1', observed: 724 },
    { name: 'v2', observed: 480 },
    { name: 'v3', observed: 0 },
  ],
  p99Ms: 12,
  remainingMs: 370,
};

/** Each: what a run does, and the line of a terminal with room for all of it. */
const LINES: [Shown, string][] = [
  [{ phase: 'preparing' }, 'reading what is asked'],
  [{ phase: 'connecting', connections: null }, 'connecting'],
  [{ phase: 'connecting', connections: 1 }, 'connecting: 1 connection'],
  [{ phase: 'connecting', connections: 1024 }, 'connecting: 1,024 connections'],
  [
    {
      phase: 'waiting-for-rollout',
      elapsedMs: 2100,
      limitMs: 150_000,
      done: 1,
      destinations: [{ name: 'v1', observed: 1 }],
    },
    'waiting for the roll-out: 3 s of 2 min 30 s · v1 100.0 % · 1 request',
  ],
  [{ phase: 'warming-up', sent: 80, planned: 500 }, 'warming up:  80 of 500'],
  [{ phase: 'warming-up', sent: 1, planned: null }, 'warming up: 1 request'],
  [
    SAMPLING,
    'sampling 1,204 of 3,089 · 5,102/s · v1 60.1 % v2 39.9 % · p99 12.0 ms · 0 failed · 1 s left',
  ],
  [
    { ...SAMPLING, done: 1, planned: null, destinations: [], p99Ms: null, remainingMs: null },
    'sampling 1 request · 4/s · 0 failed',
  ],
  [
    { ...SAMPLING, evidence: { forWeights: 0.649, againstWeights: 1.2 } },
    'sampling 1,204 of 3,089 · 5,102/s · v1 60.1 % v2 39.9 % · evidence: pass 64 %, fail 100 % · p99 12.0 ms · 0 failed · ≤ 1 s left',
  ],
  [
    { phase: 'probing', by: 'connections', done: 64, planned: 128 },
    'probing connections:  64 of 128',
  ],
  [
    { phase: 'probing', by: 'requests', done: 4, planned: 20 },
    'asking for single requests:  4 of 20',
  ],
  [
    { phase: 'reading-log', lines: 12, expected: 3089 },
    'reading the access log:    12 of 3,089 lines',
  ],
  [{ phase: 'concluding' }, 'concluding'],
  [{ phase: 'writing' }, 'writing reports'],
];

describe('the text of a progress line', () => {
  for (const [shown, line] of LINES) {
    it(`says what is happening: ${line}`, () => {
      assert.equal(new ProgressText().line(shown, 200), line);
      assert.equal(progressText(shown), line.replaceAll(/: +/g, ': '));
    });
  }

  it('leaves out what matters least where there is no room', () => {
    const at = (columns: number, shown: Shown = SAMPLING): string =>
      new ProgressText().line(shown, columns);
    assert.equal(
      at(79),
      '1,204/3,089 · 5,102/s · v1 60.1 % v2 39.9 % · p99 12.0 ms · 0 failed · 1 s left',
    );
    assert.equal(at(60), '1,204/3,089 · v1 60.1 % v2 39.9 % · 0 failed · 1 s left');
    assert.equal(at(39), '1,204/3,089 · v1 60.1 % v2 39.9 %');
    assert.equal(at(35, { ...SAMPLING, failed: 17 }), '1,204/3,089 · 17 failed');
    assert.equal(
      at(45, { ...SAMPLING, failed: 17 }),
      '1,204/3,089 · 17 failed · v1 60.1 % v2 39.9 %',
    );
    assert.equal(at(5), '1,204');
  });

  it('keeps the shares of a sample whose size takes the room for them', () => {
    const large = { ...SAMPLING, planned: 10_000_000 };
    assert.equal(new ProgressText().line(large, 39), '     1,204 · v1 60.1 % v2 39.9 %');
  });

  it('does not go back to a wider form while a phase goes on', () => {
    const text = new ProgressText();
    const wide = text.line(SAMPLING, 80);
    assert.match(wide, / · p99 /);
    assert.doesNotMatch(text.line({ ...SAMPLING, failed: 1000 }, 80), / · p99 /);
    assert.doesNotMatch(text.line(SAMPLING, 80), / · p99 /);
    // The terminal has become wider.
    assert.match(text.line(SAMPLING, 100), / · p99 /);
  });

  it('cuts long names in the middle, and tells of some destinations only', () => {
    const destinations = Array.from({ length: 7 }, (_, at) => ({
      name: `reviews-of-the-shop-v${at}`,
      observed: 10,
    }));
    const line = new ProgressText().line({ ...SAMPLING, destinations }, 300);
    assert.match(line, / · reviews…hop-v0 14\.3 % .* reviews…hop-v3 14\.3 % and 3 more · /);
    assert.equal(
      new ProgressText().line({ ...SAMPLING, destinations: destinations.slice(0, 2) }, 39),
      '1,204/3,089 · re…0 50.0 % re…1 50.0 %',
    );
  });

  it('shows text of a server as text', () => {
    const destinations = [{ name: 'v2\u001b[2J', observed: 1 }];
    assert.match(progressText({ ...SAMPLING, destinations }), /v2\\u001b\[2J 100\.0 %/);
  });

  it('is never wider than the terminal, and keeps figures in their places', () => {
    const name = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 30 }),
      fc.constant('評価-サービス'),
    );
    const samples = fc.array(
      fc.record({
        done: fc.nat(1_000_000),
        p99Ms: fc.float({ min: 0, max: 9999, noNaN: true }),
        failed: fc.nat(5000),
        remainingMs: fc.nat(500_000),
      }),
      { minLength: 1, maxLength: 10 },
    );
    fc.assert(
      fc.property(samples, name, fc.integer({ min: 1, max: 150 }), (all, called, columns) => {
        const text = new ProgressText();
        let least = 0;
        for (const sample of all) {
          const destinations = [{ name: called, observed: sample.done + 1 }];
          const shown = { ...SAMPLING, ...sample, planned: 1_000_000, destinations };
          const width = displayWidth(text.line(shown, columns));
          assert.ok(width <= columns || columns < 2);
          // With room for everything nothing moves to the left.
          if (columns === 150) assert.ok(width >= least);
          least = width;
        }
      }),
    );
  });
});
