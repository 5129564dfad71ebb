import type { Shown } from '../../src/cli/progress-text.js';
import type { SamplingProgress } from '../../src/run/progress.js';

const SAMPLING: SamplingProgress = {
  phase: 'sampling',
  elapsedMs: 236,
  done: 1204,
  planned: 3089,
  failed: 0,
  destinations: [
    { name: 'v1', observed: 724 },
    { name: '第二版', observed: 480 },
  ],
  p99Ms: 12,
  remainingMs: 370,
};

/** What a line of a terminal says of each phase, with room for 119, 79 and 39 columns. */
export const PHASES: readonly { shown: Shown; lines: Readonly<Record<120 | 80 | 40, string>> }[] = [
  { shown: { phase: 'preparing' }, lines: everywhere('reading what is asked') },
  {
    shown: { phase: 'connecting', connections: 1024 },
    lines: everywhere('connecting: 1,024 connections'),
  },
  {
    shown: {
      phase: 'waiting-for-rollout',
      elapsedMs: 2100,
      limitMs: 150_000,
      done: 1500,
      destinations: [
        { name: 'v1', observed: 300 },
        { name: 'v2', observed: 200 },
      ],
    },
    lines: {
      120: 'waiting for the roll-out: 3 s of 2 min 30 s · v1 60.0 % v2 40.0 % · 1,500 requests',
      80: 'waiting for the roll-out: 3 s of 2 min 30 s · v1 60.0 % v2 40.0 %',
      40: 'roll-out: 3 s of 2 min 30 s',
    },
  },
  {
    shown: { phase: 'warming-up', sent: 480, planned: 500 },
    lines: everywhere('warming up: 480 of 500'),
  },
  {
    shown: SAMPLING,
    lines: {
      120: 'sampling 1,204 of 3,089 · 5,102/s · v1 60.1 % 第二版 39.9 % · p99 12.0 ms · 0 failed · 1 s left',
      80: '1,204/3,089 · 5,102/s · v1 60.1 % 第二版 39.9 % · 0 failed · 1 s left',
      40: '1,204/3,089 · v1 60.1 % 第二版 39.9 %',
    },
  },
  {
    shown: { ...SAMPLING, failed: 1200, evidence: { forWeights: 0.649, againstWeights: 0 } },
    lines: {
      120: '1,204/3,089 · 5,102/s · v1 60.1 % 第二版 39.9 % · evidence: pass 64 %, fail 0 % · 1,200 failed · ≤ 1 s left',
      80: '1,204/3,089 · 1,200 failed · v1 60.1 % 第二版 39.9 %',
      40: '1,204/3,089 · 1,200 failed',
    },
  },
  {
    shown: { phase: 'probing', by: 'connections', done: 64, planned: 128 },
    lines: everywhere('probing connections:  64 of 128'),
  },
  {
    shown: { phase: 'reading-log', lines: 2012, expected: 3089 },
    lines: {
      ...everywhere('reading the access log: 2,012 of 3,089 lines'),
      40: 'access log: 2,012 of 3,089 lines',
    },
  },
  { shown: { phase: 'concluding' }, lines: everywhere('concluding') },
  { shown: { phase: 'writing' }, lines: everywhere('writing reports') },
];

function everywhere(line: string): Record<120 | 80 | 40, string> {
  return { 120: line, 80: line, 40: line };
}
