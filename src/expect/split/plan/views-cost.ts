import { chiSquareQuantile } from '../../../stats/chi-square-power.js';
import { fUpperTail } from '../../../stats/f-distribution.js';
import { normalQuantile, normalUpperTail } from '../../../stats/normal-distribution.js';
import { HOMOGENEITY_LEVEL, NEIGHBOUR_LEVEL } from '../draws/dependence.js';
import { independentDraws } from '../draws/clusters.js';
import { Memory } from './memory.js';
import type { SplitCells } from './pass-probability.js';

/** What is looked at besides the sums of the answers, which a right split may look unlucky in. */
export interface PlannedViews {
  /** Connections that the requests are spread over; null where they are not seen. */
  connections: number | null;
}

/** Chances of so many draws being worth fewer for a pass: of each, the draws that one of them is worth. */
type Worths = readonly { chance: number; worth: number }[];

/** Blocks of the send order, and what they are folded to. */
const BLOCKS = 32;
const FOLDED = [16, 8];

/** A healthy run's variance between rows is taken at the middle of each of these upper tails. */
const TAILS = [0.08, 0.05, 0.03, 0.02, 0.01, 0.005, 0.002, 1e-3, 5e-4, 2e-4, 1e-4, 1e-5];
/** Where a part of the variance falls is taken at these quantiles. */
const MIDDLES = [0.1, 0.3, 0.5, 0.7, 0.9];

/** Simulated runs of the decision lose up to a fifth more (90/10): small counts have longer tails than normal ones. */
const COST_MARGIN = 1.25;

const rememberedWorths = new Memory<Worths>();

/**
 * How much less often an exactly right split passes because the variance between connections, and
 * between blocks in send order, is looked at: chance gives some runs one that asks for a wider margin.
 * In the normal approximation, and as if no run had bad luck twice; parts of pinned connections
 * are not in it, which cost something only where connections carry few requests.
 *
 * @param requests Requests sent.
 * @param missing Those of them that go missing.
 * @param alpha Level of the pass.
 * @returns Between 0 and 1.
 */
export function viewsCost(
  requests: number,
  missing: number,
  cells: SplitCells,
  alpha: number,
  views: PlannedViews,
): number {
  const worths = worthsOf(views, cells.shares.length, alpha);
  const usual = missRate(requests, missing, cells, alpha, 1);
  const cost = worths.reduce((sum, { chance, worth }) => {
    return sum + chance * (missRate(requests, missing, cells, alpha, worth) - usual);
  }, 0);
  return COST_MARGIN * cost;
}

/** How often some share is not shown to be within its tolerance, where so many draws count as one. */
function missRate(
  requests: number,
  missing: number,
  { shares, tolerances }: SplitCells,
  alpha: number,
  worth: number,
): number {
  const z = normalQuantile(alpha);
  const answered = 1 - missing / requests;
  const missed = shares.reduce((sum, p, i) => {
    const tolerance = tolerances[i] ?? 0;
    const margin = (limit: number): number =>
      z * Math.sqrt((limit * (1 - limit) * worth) / requests);
    const least = p - tolerance + margin(p - tolerance);
    const most = p + tolerance - margin(p + tolerance) - missing / requests;
    const deviation = Math.sqrt((p * (1 - p) * answered) / requests);
    const below = normalUpperTail((p * answered - least) / deviation);
    const above = normalUpperTail((most - p * answered) / deviation);
    return sum + below + above;
  }, 0);
  // With two destinations one is the other from behind.
  return Math.min(1, shares.length === 2 ? missed / 2 : missed);
}

function worthsOf({ connections }: PlannedViews, destinations: number, alpha: number): Worths {
  return rememberedWorths.get(`${connections ?? 0} ${destinations} ${alpha}`, () => [
    ...(connections === null || connections < 2
      ? []
      : worthsOfRows(connections, destinations, alpha)),
    ...worthsOfBlocks(destinations, alpha),
  ]);
}

function worthsOfRows(rows: number, destinations: number, alpha: number): Worths {
  const freedom = (rows - 1) * (destinations - 1);
  return [
    ...tails().map(({ chance, upper }) => {
      const inflation = chiSquareQuantile(upper, freedom) / freedom;
      return { chance, worth: worthOf(rows, inflation, false, destinations, alpha) };
    }),
    { chance: NEIGHBOUR_LEVEL, worth: worthOf(rows, 1, true, destinations, alpha) },
  ];
}

/** Where 32 blocks are seen to differ, the longer ones they make together must show the shares, too. */
function worthsOfBlocks(destinations: number, alpha: number): Worths {
  const freedomOf = (rows: number): number => (rows - 1) * (destinations - 1);
  const all = freedomOf(BLOCKS);
  const parts = FOLDED.map((rows) =>
    MIDDLES.map((upper) => partOfVariance(upper, freedomOf(rows), all - freedomOf(rows))),
  );
  const folded = (chance: number, statistic: number | null): Worths =>
    MIDDLES.map((upper, middle) => {
      const worths = FOLDED.map((rows, fold) => {
        const own = freedomOf(rows);
        const part =
          statistic === null
            ? chiSquareQuantile(upper, own)
            : statistic * (parts[fold]?.[middle] ?? 1);
        const isAlike = statistic === null;
        return worthOf(rows, Math.max(1, part / own), isAlike, destinations, alpha);
      });
      const inflation = statistic === null ? 1 : statistic / all;
      const first = worthOf(BLOCKS, inflation, statistic === null, destinations, alpha);
      return { chance: chance / MIDDLES.length, worth: Math.max(first, ...worths) };
    });
  return [
    ...tails().flatMap(({ chance, upper }): Worths => {
      const statistic = chiSquareQuantile(upper, all);
      return upper < HOMOGENEITY_LEVEL
        ? folded(chance, statistic)
        : [{ chance, worth: worthOf(BLOCKS, statistic / all, false, destinations, alpha) }];
    }),
    ...folded(NEIGHBOUR_LEVEL, null),
  ];
}

/** The part of a chi-square sum that its first degrees of freedom have, which the given probability exceeds. */
function partOfVariance(upper: number, own: number, rest: number): number {
  let low = 0;
  let high = 1;
  while (high - low > 1e-4) {
    const middle = (low + high) / 2;
    if (fUpperTail(((middle / (1 - middle)) * rest) / own, own, rest) > upper) low = middle;
    else high = middle;
  }
  return high;
}

/** Large enough that rounding to whole draws is no matter. */
const MANY = 1e9;

function worthOf(
  rows: number,
  inflation: number,
  alikeNeighbours: boolean,
  destinations: number,
  alpha: number,
): number {
  const clusters = { fired: true, alikeNeighbours, inflation, connections: rows, rows: [] };
  return MANY / independentDraws(MANY, clusters, destinations, alpha);
}

function tails(): { chance: number; upper: number }[] {
  return TAILS.map((upper, i) => {
    const next = TAILS[i + 1] ?? 0;
    return { chance: upper - next, upper: next === 0 ? upper : Math.sqrt(upper * next) };
  });
}
