import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ConnectionCallCounts, TimelineBin } from '../../../src/count/counted.js';
import { emptyCallCounts } from '../../../src/count/nothing-counted.js';
import { change } from '../../../src/expect/change/kind.js';
import type { ChangeExpectation } from '../../../src/expect/change/expectation.js';
import type { CallJudgement, ExpectingCall, JudgedCall } from '../../../src/expect/expectation.js';

const WIDTH_MS = 62.5;
const START = 28_800_000;
const RULE = { alpha: 0.001, power: 0.99, seed: 1, thresholds: [], compared: null };

const DESTINATIONS = [
  { name: 'v1', weight: 50, replicas: null, previousWeight: 90 },
  { name: 'v2', weight: 50, replicas: null, previousWeight: 10 },
];
const { expectation } = change.plan(
  { kind: 'change', tolerance: '5pp', errorRateShown: null, design: 'fixed' },
  {
    ...{
      destinations: DESTINATIONS,
      aborts: null,
      okStatuses: [[0, 0]],
      alpha: 0.001,
      power: 0.99,
    },
    ...{ concurrency: 64, connections: 32 },
  },
);

/** 30 answers in a stretch: so many of v1, the rest of v2, and failures of nobody besides. */
interface Stretch {
  stretches: number;
  v1: number;
  failed?: number;
}

function binsOf(parts: readonly Stretch[]): TimelineBin[] {
  const rows = parts.flatMap((part) => new Array<Stretch>(part.stretches).fill(part));
  return rows.map(({ v1, failed = 0 }, at) => ({
    ...{ number: START + at, ok: 30, failed, timedOut: 0, cancelled: 0, unsent: 0 },
    ...{ observed: [v1, 30 - v1], failedOf: [0, 0] },
  }));
}

function judgedOf(
  parts: readonly Stretch[],
  connections: readonly ConnectionCallCounts[] = [],
): JudgedCall<ChangeExpectation> {
  assert.ok(expectation?.kind === 'change');
  const bins = binsOf(parts);
  const call: ExpectingCall & { expectation: ChangeExpectation } = {
    ...{ name: 'shop.Cart/Get', destinations: DESTINATIONS, behind: null, aborts: null },
    ...{ identityWays: null, observationsPerCall: 1, maxErrorRate: 0.01, errorLimits: {} },
    ...{ expectation, findings: [] },
  };
  const failures = bins.flatMap(({ number, failed }) =>
    failed === 0 ? [] : [{ number, status: 14, cause: 'reset', destination: -1, count: failed }],
  );
  const counts = {
    ...emptyCallCounts(['v1', 'v2'], Infinity),
    timeline: { widthMs: WIDTH_MS, bins, failures },
  };
  const span = { startMs: START * WIDTH_MS, endMs: (START + bins.length) * WIDTH_MS, sendingMs: 0 };
  return { call, counted: { counts, failures: [], connections, span } };
}

async function judge(
  parts: readonly Stretch[],
  connections: readonly ConnectionCallCounts[] = [],
): Promise<CallJudgement> {
  const [judgement] = await change.judge([judgedOf(parts, connections)], RULE);
  assert.ok(judgement !== undefined);
  return judgement;
}

/** A connection with so many answers of v1 and v2 in each stretch, part by part. */
function connectionOf(
  parts: readonly { stretches: number; row: readonly [number, number] }[],
): ConnectionCallCounts {
  const rows = parts.flatMap(({ stretches, row }) =>
    Array.from({ length: stretches }, () => [...row]),
  );
  const observed = [0, 1].map((i) => rows.reduce((sum, row) => sum + row[i]!, 0));
  const inTime = { widthMs: WIDTH_MS, first: START, observed: rows };
  return { ...{ observed, missing: 0, pairs: 0, equalPairs: 0 }, inTime };
}

const BEFORE: Stretch = { stretches: 200, v1: 27 };
const AFTER: Stretch = { stretches: 200, v1: 15 };

const codesOf = ({ findings }: CallJudgement): string[] => findings.map(({ code }) => code);

describe('a change of weights', () => {
  it('passes where both sides do, and all requests are on one of them or near the change', async () => {
    const judgement = await judge([BEFORE, AFTER]);
    assert.equal(judgement.verdict, 'pass', JSON.stringify(judgement.reasons));
    const { moment, before, during, after } = judgement.change!;
    assert.equal(moment?.atMs, (START + 200) * WIDTH_MS);
    assert.equal(moment.isGradual, false);
    assert.equal(before!.sent + during!.sent + after!.sent, 400 * 30);
    assert.deepEqual([before!.verdict, after!.verdict], ['pass', 'pass']);
    assert.deepEqual(codesOf(judgement), ['change-found']);
  });

  it('fails by either side', async () => {
    const after = await judge([BEFORE, { stretches: 200, v1: 20 }]);
    assert.equal(after.verdict, 'fail');
    assert.match(after.reasons[0]!.text, /^after the change, /);
    assert.equal(after.change?.moment?.isToOthers, true);
    const before = await judge([{ stretches: 200, v1: 23 }, AFTER]);
    assert.equal(before.verdict, 'fail');
    assert.match(before.reasons[0]!.text, /^before the change, /);
  });

  it('fails where it did not come, and passes nothing where it was over', async () => {
    const never = await judge([BEFORE]);
    assert.deepEqual([never.verdict, never.change?.outcome], ['fail', 'not-seen']);
    assert.equal(never.change?.after, null);
    const over = await judge([AFTER]);
    assert.deepEqual([over.verdict, over.change?.outcome], ['inconclusive', 'over-before']);
    const short = await judge([{ stretches: 1, v1: 20 }]);
    assert.deepEqual([short.verdict, short.change?.outcome], ['inconclusive', 'unclear']);
  });

  it('is told from one in steps', async () => {
    const steps = [24, 21, 18].map((v1) => ({ stretches: 32, v1 }));
    const judgement = await judge([BEFORE, ...steps, AFTER]);
    assert.equal(judgement.verdict, 'pass', JSON.stringify(judgement.reasons));
    assert.equal(judgement.change?.moment?.isGradual, true);
    assert.deepEqual(codesOf(judgement), ['change-gradual']);
    const { beginMs, endMs } = judgement.change.moment;
    const at = (stretch: number): number => (START + stretch) * WIDTH_MS;
    assert.ok(beginMs[0] <= at(200) && at(200) <= beginMs[1], JSON.stringify(beginMs));
    assert.ok(endMs[0] <= at(296) && at(296) <= endMs[1], JSON.stringify(endMs));
  });

  it('fails by errors in it, which are named with their time, and not by a few', async () => {
    const broken = await judge([BEFORE, { stretches: 1, v1: 15, failed: 40 }, AFTER]);
    assert.equal(broken.verdict, 'fail');
    assert.equal(broken.reasons[0]?.code, 'errors-in-change');
    const finding = broken.findings.find(({ code }) => code === 'errors-in-change');
    assert.match(finding!.evidence, /^12\.5 s to 12\.6 s: 40 \(reset\)$/);
    const few = await judge([BEFORE, { stretches: 1, v1: 15, failed: 2 }, AFTER]);
    assert.equal(few.verdict, 'pass', JSON.stringify(few.reasons));
    assert.deepEqual(codesOf(few), ['change-found', 'errors-in-change']);
  });

  it('is inconclusive where connections stay with their destinations', async () => {
    const pinned = Array.from({ length: 32 }, (_, at) => ({
      ...{ observed: at % 3 === 0 ? [0, 375] : [375, 0], missing: 0, pairs: 0, equalPairs: 0 },
    }));
    const judgement = await judge([BEFORE, AFTER], pinned);
    assert.equal(judgement.verdict, 'inconclusive');
    assert.equal(judgement.reasons[0]?.code, 'clustered-draws');
  });

  it('names the connections that changed later, and those that did not', async () => {
    const at = (stretches: number) =>
      connectionOf([
        { stretches, row: [9, 1] },
        { stretches: 400 - stretches, row: [5, 5] },
      ]);
    const later = await judge(
      [BEFORE, { stretches: 60, v1: 23 }, { stretches: 140, v1: 15 }],
      [at(200), at(260), at(200)],
    );
    assert.equal(later.verdict, 'pass', JSON.stringify(later.reasons));
    assert.deepEqual(codesOf(later), ['change-by-replica']);
    const [first, second] = later.change!.moments;
    assert.deepEqual([first!.connections, second!.connections], [[0, 2], [1]]);
    assert.deepEqual(
      [first!.atMs, second!.atMs],
      [200, 260].map((stretch) => (START + stretch) * WIDTH_MS),
    );
    const { beginMs, endMs } = later.change!.moment!;
    assert.ok(beginMs[0] <= first!.atMs && second!.atMs <= endMs[1]);

    const stale = await judge([BEFORE, { stretches: 200, v1: 19 }], [at(200), at(400), at(200)]);
    assert.equal(stale.verdict, 'fail', JSON.stringify(stale.reasons));
    assert.deepEqual(
      stale.change!.moments.map(({ served, connections }) => [served, connections]),
      [
        ['both', [0, 2]],
        ['previous', [1]],
      ],
    );
    assert.match(
      stale.findings[0]!.summary,
      /did not change everywhere: .*on 1 connection not at all/,
    );
  });

  it('takes connections that differed before for such with shares of their own', async () => {
    const leaning = [
      [10, 0],
      [8, 2],
    ].map(([v1, v2]) =>
      connectionOf([
        { stretches: 200, row: [v1!, v2!] },
        { stretches: 200, row: [5, 5] },
      ]),
    );
    const judgement = await judge([BEFORE, AFTER], leaning);
    assert.deepEqual(judgement.change!.moments, []);
    assert.equal(judgement.verdict, 'inconclusive');
    assert.equal(judgement.reasons[0]?.code, 'clustered-draws');
  });

  it('says which side has nothing to judge where it came at the very start, or end', async () => {
    const start = await judge([{ stretches: 3, v1: 27 }, AFTER]);
    assert.deepEqual([start.verdict, start.change?.outcome], ['inconclusive', 'found']);
    assert.match(start.reasons[0]!.text, /^before the change, nothing was sent early enough/);
    const end = await judge([BEFORE, { stretches: 3, v1: 15 }]);
    assert.deepEqual([end.verdict, end.change?.outcome], ['inconclusive', 'found']);
    assert.match(end.reasons[0]!.text, /^after the change, nothing was sent late enough/);
  });

  it('passes nothing that changes again, and says when and to what', async () => {
    const at = (stretch: number): number => (START + stretch) * WIDTH_MS;
    const back = await judge([BEFORE, { stretches: 100, v1: 15 }, BEFORE]);
    assert.equal(back.verdict, 'inconclusive');
    assert.equal(back.reasons[0]?.code, 'change-again');
    assert.equal(back.change?.again?.atMs, at(300));
    assert.deepEqual(back.change.again.shares, [0.9, 0.1]);
    const finding = back.findings.find(({ code }) => code === 'change-again');
    assert.equal(finding?.evidence, 'since then v1 90 %, v2 10 %');
    const beyond = await judge([BEFORE, { stretches: 100, v1: 6 }, AFTER]);
    assert.equal(beyond.verdict, 'inconclusive');
    assert.equal(beyond.change?.again?.atMs, at(300));
    const once = await judge([BEFORE, AFTER]);
    assert.equal(once.change?.again, null);
  });

  it('fails where it went on to others, and tells a stop on the way as a gradual change', async () => {
    const on = await judge([BEFORE, AFTER, { stretches: 200, v1: 6 }]);
    assert.equal(on.verdict, 'fail');
    assert.equal(on.reasons[0]?.code, 'split-differs');
    const stopped = await judge([BEFORE, { stretches: 200, v1: 21 }, AFTER]);
    assert.equal(stopped.verdict, 'pass', JSON.stringify(stopped.reasons));
    assert.deepEqual(codesOf(stopped), ['change-gradual']);
  });
});
