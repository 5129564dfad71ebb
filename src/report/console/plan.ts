import { counted } from '../../number-text.js';
import { formatCount, formatShare, formatTolerance } from '../numbers.js';
import { plainText } from '../plain-text.js';
import type {
  CapacityReport,
  ComparisonNeedReport,
  PlannedSplitReport,
  PlanReport,
} from '../plan.js';
import { heading, type Style, wrap } from '../style.js';
import { type Fact, fact } from './fact.js';
import { sourceText } from '../sentences/source-text.js';
import { MAX_NAME, shorten } from './shorten.js';
import { ALL_COLUMNS_WIDTH, type Column, table } from './table.js';

/** Renders a plan for a terminal, or for a pipe when the style has no colour. */
export function renderPlan(report: PlanReport, style: Style): string {
  const [first] = report.splits;
  const sections =
    report.kind === 'split' && first !== undefined
      ? [header(report, style), ...oneSplit(first, report, style)]
      : [header(report, style), manySplits(report, style), ...notes(report, style)];
  return `${sections.join('\n\n')}\n`;
}

function header(report: PlanReport, style: Style): string {
  const { rule, route, splits } = report;
  const { alpha, power, tolerance, maxErrorRate, errorRateShown } = rule;
  const shown =
    errorRateShown === null
      ? ''
      : `, above ${percent(errorRateShown)} of each destination excluded`;
  const facts: Fact[] = [
    [
      'rule',
      plainText(
        `tolerance ${tolerance}, alpha ${alpha}, power ${power}, error rate up to ${percent(maxErrorRate)}${shown}`,
      ),
    ],
  ];
  if (report.steps !== null) {
    const each = 1 - (1 - power) / report.steps;
    facts.push([
      'steps',
      `${formatCount(report.steps)}, each planned with power ${Number(each.toPrecision(6))}, so that all of them pass together with ${power}`,
    ]);
  }
  facts.push(['reach', reachText(report)]);
  if (route !== null) {
    facts.push(['route', plainText(`${sourceText(route)}, ${route.rule} (${route.match})`)]);
  }
  facts.push(...report.notes.map((note): Fact => ['read', plainText(note)]));
  for (const { name, draws } of splits) {
    if (draws === 'requests') continue;
    const whose = name === null ? 'the route' : `the route of ${name}`;
    const text = `${whose} splits connections: a destination is drawn once for each, so connections are what is counted, and verify, whose requests share connections, does not test it`;
    facts.push(['note', plainText(text)]);
  }
  for (const { name, aborts } of splits) {
    if (aborts === null) continue;
    const whose = name === null ? 'the route' : `the route of ${name}`;
    const text = `${whose} answers ${percent(aborts.share)} with ${aborts.description} itself; the requests that takes are counted in`;
    facts.push(['aborts', plainText(text)]);
  }
  return [heading('splitproof plan', style), ...facts.map((each) => fact(each, style))].join('\n');
}

/** What the connections can tell of gateways, and on what condition. */
function reachText({ connections, missable, gateways, rule, replicas }: PlanReport): string {
  if (replicas !== undefined) {
    const { service, pods } = replicas;
    return plainText(
      `each of ${counted(pods.length, 'replica')} behind the Service ${service} over ${counted(connections / pods.length, 'connection')} of its own: none is missed`,
    );
  }
  const all = `over ${counted(connections, 'connection')}, up to ${percent(missable)} of the gateways may be stale or differ and all be missed (chance ${rule.alpha}), if the balancer in front spreads connections independently; a client cannot see whether it does`;
  if (gateways === null) return all;
  const { each, allReached } = gateways;
  return `${all}. Of ${counted(gateways.gateways, 'gateway')} each is then reached by ${Number(each.toPrecision(3))} connections on average, and some by none with a chance of ${percent(1 - allReached)}`;
}

function oneSplit(split: PlannedSplitReport, report: PlanReport, style: Style): string[] {
  const { capacity } = split;
  return [
    `${heading('The split', style)}\n${destinations(split, style)}`,
    `${heading(`How many ${split.draws} a verdict needs`, style)}\n${needed(split, style)}`,
    ...(split.sequential === null ? [] : [sequentialLine(split.sequential, style)]),
    ...(split.unnamedFailures === null || split.draws === 'connections'
      ? []
      : [unnamedFailuresLine(split, split.unnamedFailures, style)]),
    ...(split.comparison === null || split.draws === 'connections'
      ? []
      : [comparisonLine(split.comparison, style)]),
    ...(capacity === null ? [] : [capacityLines(capacity, split, report, style)]),
  ];
}

function destinations(split: PlannedSplitReport, style: Style): string {
  const rows = split.destinations.map(({ name, weight, expectedShare, tolerance }) => [
    shorten(plainText(name), style.width - 40),
    String(weight),
    formatShare(expectedShare),
    tolerance === 0 ? '-' : formatTolerance(tolerance),
  ]);
  return table(columns('destination', ['weight', 'share', 'tolerance']), rows, style);
}

function needed(
  { needed: sizes, draws, requestsPerCall }: PlannedSplitReport,
  style: Style,
): string {
  const number = (some: number | null): string => (some === null ? 'never' : formatCount(some));
  const rows = sizes.map(({ missingRate, requests, calls, power }) => [
    missingRate === 0 ? 'all answered' : `${percent(missingRate)} missing`,
    number(requests),
    ...(calls === undefined ? [] : [number(calls)]),
    power === null ? '-' : formatShare(power),
  ]);
  const ofCalls = requestsPerCall === undefined ? [] : [`calls of ${formatCount(requestsPerCall)}`];
  return table(columns('answers', [draws, ...ofCalls, 'a right split passes']), rows, style);
}

/** That a right split may still not pass, where failures do not say whose they are. */
function unnamedFailuresLine(
  { capacity, needed: sizes }: PlannedSplitReport,
  { count, destination, limit }: NonNullable<PlannedSplitReport['unnamedFailures']>,
  style: Style,
): string {
  const requests = capacity?.requests ?? sizes[0]?.requests ?? 0;
  const text = `${counted(count, 'failure')} among ${counted(requests, 'request')} keep a run from passing if they do not say whose they are: were they all of ${shorten(plainText(destination), MAX_NAME)}, it would be above its limit of ${percent(limit)}`;
  return `${heading('Failures without an identity', style)}\n  ${wrap(text, style, 2, 2)}`;
}

/** What it takes where it ends as soon as the evidence is enough. */
function sequentialLine(
  { requests, most }: NonNullable<PlannedSplitReport['sequential']>,
  style: Style,
): string {
  const text = `With --sequential a right split takes ${formatCount(requests)} on average, and ${formatCount(most)} at most.`;
  return `  ${wrap(text, style, 2, 2)}`;
}

/** What a comparison takes, which is mostly more. */
function comparisonLine({ needed: sizes, seconds }: ComparisonNeedReport, style: Style): string {
  const [least, ...more] = sizes.map(
    ({ quantile, requests }) =>
      `${counted(requests, 'request')} for p${Number((quantile * 100).toPrecision(4))}`,
  );
  const text = `the latency of one can be held against the other’s (--compare-destinations) with ${[least ?? '', ...more].join(', ')}, sent over ${formatCount(seconds)} s at least`;
  return `${heading('One version against the other', style)}\n  ${wrap(text, style, 2, 2)}`;
}

function capacityLines(
  capacity: CapacityReport,
  split: PlannedSplitReport,
  { rule }: PlanReport,
  style: Style,
): string {
  const { requests, power, detectable, provableTolerance, leakBound } = capacity;
  const lines = [`an exactly right split passes with ${formatShare(power)}`];
  if (provableTolerance !== null) {
    lines.push(
      `the smallest tolerance that can be shown with power ${rule.power} is ${formatTolerance(provableTolerance)}`,
    );
  } else if (split.destinations.filter(({ weight }) => weight > 0).length > 1) {
    lines.push(`no tolerance can be shown with power ${rule.power}: these are too few`);
  }
  if (leakBound !== null) {
    lines.push(`not one leak excludes leaks of ${percent(leakBound)} and more`);
  }
  const rows = detectable
    .filter((_, index) => (split.destinations[index]?.weight ?? 0) > 0)
    .map(({ name, above, below }) => [
      shorten(plainText(name), style.width - 40),
      deviation(above, '+'),
      deviation(below, '−'),
    ]);
  const title = `What ${counted(requests, split.draws === 'requests' ? 'request' : 'connection')} can tell`;
  return [
    heading(title, style),
    ...lines.map((line) => `  ${wrap(line, style, 4, 2)}`),
    ...(leakBound !== null && rows.length < 2
      ? []
      : [
          `  ${wrap(`a split is failed with power ${rule.power} when it is off by`, style, 4, 2)}`,
          table(columns('destination', ['above', 'below']), rows, style),
        ]),
  ].join('\n');
}

const HEADINGS = {
  canary: 'How many requests a verdict needs at the steps of a canary',
  calls: 'How many requests the verdict on a run of these calls needs',
};

function manySplits({ splits, kind }: PlanReport, style: Style): string {
  const [first] = splits;
  const isRun = kind === 'calls';
  const capacity = first?.capacity ?? null;
  const titles =
    capacity === null
      ? (first?.needed ?? []).flatMap(({ missingRate }) => {
          if (missingRate > 0) return [`${percent(missingRate)} missing`];
          return isRun ? ['requests'] : ['requests', 'sequential'];
        })
      : [
          'requests',
          isRun ? 'power' : `power at ${formatCount(capacity.requests)}`,
          'fails above',
          'and below',
        ];
  const rows = splits.map((split) => [
    shorten(plainText(nameOf(split)), MAX_NAME),
    tolerance(split),
    ...(split.capacity === null ? neededCells(split, isRun) : capacityCells(split, split.capacity)),
  ]);
  if (isRun) rows.push(['all calls', '', ...totals(splits, titles.length)]);
  const shown = shownColumns(titles.length + 1, capacity !== null, style);
  const pick = (cells: readonly string[]): string[] => shown.map((column) => cells[column] ?? '');
  const title = HEADINGS[isRun ? 'calls' : 'canary'];
  const body = table(
    columns(isRun ? 'call' : 'step', pick(['tolerance', ...titles])),
    rows.map(([name = '', ...cells]) => [name, ...pick(cells)]),
    style,
  );
  return `${heading(title, style)}\n${body}`;
}

/** What all calls need together; the columns of a capacity do not add up. */
function totals(splits: readonly PlannedSplitReport[], cells: number): string[] {
  return Array.from({ length: cells }, (_, at) => {
    if (at > 0 && splits[0]?.capacity !== null) return '';
    const counts = splits.flatMap(({ needed: sizes }) => sizes[at]?.requests ?? []);
    if (counts.length < splits.length) return 'never';
    return formatCount(counts.reduce((sum, count) => sum + count, 0));
  });
}

/** A call goes by its method: there is not room for more. */
function nameOf({ name }: PlannedSplitReport): string {
  return name?.split('/').at(-1) ?? '';
}

/** What the steps of a canary take, which have a column more. */
const WITH_SEQUENTIAL_WIDTH = 92;

/** Which columns there is room for: of those about missing answers the last one tells most. */
function shownColumns(count: number, isCapacity: boolean, style: Style): number[] {
  const all = Array.from({ length: count }, (_, column) => column);
  const hasSequential = count > 5;
  if (style.width >= (hasSequential ? WITH_SEQUENTIAL_WIDTH : ALL_COLUMNS_WIDTH)) return all;
  if (isCapacity) return all.slice(2);
  const first = hasSequential ? 3 : 2;
  return all.filter((column) => column < first || column === count - 1);
}

/** The fixed size, what a sequential run takes on average, and sizes with more and more missing. */
function neededCells(split: PlannedSplitReport, isRun: boolean): string[] {
  const [fixed = '', ...others] = split.needed.map(neededCount);
  if (isRun) return [fixed, ...others];
  return [
    fixed,
    split.sequential === null ? '-' : formatCount(split.sequential.requests),
    ...others,
  ];
}

function neededCount({ requests }: PlannedSplitReport['needed'][number]): string {
  return requests === null ? 'never' : formatCount(requests);
}

/** What the wanted number can tell of the canary, the last of the destinations. */
function capacityCells(split: PlannedSplitReport, { power, detectable }: CapacityReport): string[] {
  const canary = detectable.at(-1);
  const isSplit = split.destinations.every(({ weight }) => weight > 0);
  return [
    ...split.needed.slice(0, 1).map(neededCount),
    formatShare(power),
    isSplit ? deviation(canary?.above ?? null, '+') : '-',
    isSplit ? deviation(canary?.below ?? null, '−') : '-',
  ];
}

function tolerance({ destinations: all }: PlannedSplitReport): string {
  const least = Math.min(...all.map((destination) => destination.tolerance));
  return least === 0 ? '-' : formatTolerance(least);
}

/** What the columns mean. */
function notes({ splits, kind, rule }: PlanReport, style: Style): string[] {
  const [first] = splits;
  if (first === undefined) return [];
  const whose = kind === 'calls' ? 'last destination’s' : 'canary';
  const texts =
    first.capacity === null
      ? [
          'Requests without an answer count against the split: with some missing more are needed.',
          ...(kind === 'canary'
            ? [
                `With --sequential a run ends as soon as its evidence is enough: a right split takes what stands there on average, and three times the requests at most.`,
              ]
            : []),
        ]
      : [
          `Power is how often an exactly right split passes; one whose ${whose} share is off by more than the last columns say is failed with power ${rule.power}.`,
        ];
  if (kind === 'calls') {
    texts.push(
      `Each call needs more than it would alone, so that all of them pass together with power ${rule.power}.`,
    );
    if (first.capacity !== null) {
      const requests = splits.reduce((sum, { capacity }) => sum + (capacity?.requests ?? 0), 0);
      texts.push(`The ${counted(requests, 'request')} are shared in proportion to what they need.`);
    }
  }
  const barred = splits.filter(({ draws, unnamedFailures }) => {
    return draws === 'requests' && unnamedFailures !== null;
  });
  if (barred.length > 0) {
    const each = barred.map((split) => {
      const name = shorten(plainText(nameOf(split)), MAX_NAME);
      return `${formatCount(split.unnamedFailures?.count ?? 0)} (${name})`;
    });
    const sizes = first.capacity === null ? 'In a run of the planned size' : 'Of these requests';
    texts.push(
      `${sizes}, so many failures that do not say whose they are keep it from passing: ${each.join(', ')}.`,
    );
  }
  return texts.map((text) => `  ${wrap(text, style, 2, 2)}`);
}

function columns(left: string, right: readonly string[]): Column[] {
  return [
    { title: left, align: 'left' },
    ...right.map((title): Column => ({ title, align: 'right' })),
  ];
}

function deviation(share: number | null, sign: string): string {
  return share === null ? 'never' : `${sign}${(share * 100).toFixed(2)} pp`;
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}
