import { counted } from '../../number-text.js';
import { max } from 'd3-array';
import { area, curveStepAfter, line } from 'd3-shape';
import type { RunRecord } from '../../record/run-record.js';
import { formatCount, formatMs, formatShare } from '../numbers.js';
import { shortName } from './foreign.js';
import { type Figure, figureElement } from './figure.js';
import { along, frame, WIDTH } from './frame.js';
import { type Content, type Html, html } from './markup.js';
import { durationAxis, rateAxis, shareAxis, timeAxis, type Axis } from './scales.js';
import { colourClass, legend } from './series.js';
import { answersOf, type Stretch, type Timeline } from './timeline.js';

const HEIGHT = 180;
const LOW_HEIGHT = 64;

/** Shares that are expected of all calls together, by destination. */
export type ExpectedShares = ReadonlyMap<string, number>;

/** Pictures of a run over its time. */
export function overTime(record: RunRecord, timeline: Timeline, expected: ExpectedShares): Html {
  const time = timeAxis(timeline.endSeconds);
  const pauses = silences(record, time);
  return html`<div class="figures">
    ${figureElement(shares(timeline, time, pauses, expected))}
    ${figureElement(rates(timeline, time, pauses))} ${latencies(timeline, time, pauses)}
  </div>`;
}

/** Stretches without any answer, behind what is drawn. */
function silences({ silences: all }: RunRecord, time: Axis): Html[] {
  return all.map(({ startSeconds, lengthSeconds }) => {
    const from = time.at(startSeconds);
    const to = time.at(startSeconds + lengthSeconds);
    return html`<rect
      class="silence"
      x="${along(from)}"
      width="${along(Math.max(to - from, 0.004))}"
      y="0"
      height="100%"
    />`;
  });
}

/** Of how many windows a point is made, where of several. */
function coarseness({ windowsEach }: Timeline): string {
  return windowsEach === 1 ? '' : ` Each point is of ${counted(windowsEach, 'window')} together.`;
}

function silenceText(pauses: readonly Html[]): string {
  return pauses.length === 0 ? '' : ' Shaded: nothing was answered.';
}

function middle(time: Axis, { startSeconds, endSeconds }: Stretch): number {
  return WIDTH * time.at((startSeconds + endSeconds) / 2);
}

function shares(
  timeline: Timeline,
  time: Axis,
  pauses: readonly Html[],
  expected: ExpectedShares,
): Figure {
  const { names, stretches } = timeline;
  const shareOf = (stretch: Stretch, index: number): number => {
    return (stretch.observed[index] ?? 0) / answersOf(stretch);
  };
  const answered = stretches.filter((stretch) => answersOf(stretch) > 0);
  const greatest = Math.max(
    0.05,
    ...answered.flatMap((stretch) => names.map((_, index) => shareOf(stretch, index))),
    ...expected.values(),
  );
  const axis = shareAxis([0, greatest > 0.75 ? 1 : greatest * 1.1], 4);
  const height = (share: number): number => HEIGHT * (1 - axis.at(share));
  const isDrawn = (name: string): boolean => names.includes(name);
  const drawn = names.map((_, index) => {
    const path = line<Stretch>(
      (stretch) => middle(time, stretch),
      (stretch) => height(shareOf(stretch, index)),
    ).digits(1);
    return html`<path class="line ${colourClass(index)}" d="${path(answered) ?? ''}" />`;
  });
  const lines = [...expected]
    .filter(([name]) => isDrawn(name))
    .map(([name, share]) => {
      const y = height(share).toFixed(1);
      return html`<line
        class="wanted ${colourClass(names.indexOf(name))}"
        x1="0"
        x2="100%"
        y1="${y}"
        y2="${y}"
      />`;
    });
  const last = names.map((own) => shortName(own)).join(', ');
  return {
    title: 'The split over time',
    caption: `${lines.length === 0 ? '' : 'Dotted: what the weights say. '}Shares of the answers to what was sent in each window; few answers scatter more.${coarseness(timeline)}${otherText(timeline)}${silenceText(pauses)}`,
    legend: legend(names.map((text, index) => ({ index, text }))),
    picture: frame({
      id: 'shares',
      title: 'Shares of the destinations over the time of the run',
      description: `A line for each of ${last}. The numbers follow the picture.`,
      height: HEIGHT,
      x: time.ticks,
      y: axis.ticks,
      stretched: drawn,
      marks: [
        pauses,
        lines,
        answered.length === 1
          ? answered.map((stretch) =>
              dots(stretch, names, time, (index) => height(shareOf(stretch, index))),
            )
          : null,
      ],
    }),
    numbers: {
      caption: 'The split over time',
      columns: [
        { title: 'from' },
        ...names.map((own) => ({ title: shortName(own), isNumber: true })),
        { title: 'answers', isNumber: true },
      ],
      rows: stretches.map((stretch) => {
        const answers = answersOf(stretch);
        return [
          fromText(stretch),
          ...names.map((_, index) => (answers === 0 ? '-' : formatShare(shareOf(stretch, index)))),
          formatCount(answers),
        ];
      }),
    },
  };
}

/** A line of one point is not seen. */
function dots(
  stretch: Stretch,
  names: readonly string[],
  time: Axis,
  y: (index: number) => number,
): Content {
  return names.map(
    (_, index) =>
      html`<circle
        class="dot ${colourClass(index)}"
        cx="${along(middle(time, stretch) / WIDTH)}"
        cy="${y(index).toFixed(1)}"
        r="4"
      />`,
  );
}

function otherText({ otherNames }: Timeline): string {
  return otherNames === 0
    ? ''
    : ` ${counted(otherNames, 'more destination')} have fewer answers and no line.`;
}

function fromText({ startSeconds }: Stretch): string {
  return `${startSeconds.toFixed(startSeconds < 10 ? 3 : 1)} s`;
}

function perSecond(stretch: Stretch, count: number): number {
  return count / Math.max(1e-6, stretch.endSeconds - stretch.startSeconds);
}

function rates(timeline: Timeline, time: Axis, pauses: readonly Html[]): Figure {
  const { stretches } = timeline;
  const all = (stretch: Stretch): number => perSecond(stretch, stretch.sent);
  const lost = (stretch: Stretch): number => perSecond(stretch, stretch.failed);
  const hasLost = stretches.some(({ failed }) => failed > 0);
  return {
    title: 'Rate and errors over time',
    caption: `Requests per second, by when they were sent.${hasLost ? ' Below: those that failed, on a scale of their own.' : ' None failed.'}${coarseness(timeline)}${silenceText(pauses)}`,
    picture: [
      stepped({
        id: 'rate',
        title: 'Requests per second over the time of the run',
        className: 'rate',
        height: hasLost ? HEIGHT - LOW_HEIGHT : HEIGHT,
        ...{ stretches, time, pauses },
        value: all,
      }),
      hasLost
        ? stepped({
            id: 'lost',
            title: 'Failures per second over the time of the run',
            className: 'lost',
            height: LOW_HEIGHT,
            ...{ stretches, time, pauses },
            value: lost,
          })
        : null,
    ],
    numbers: {
      caption: 'Rate and errors over time',
      columns: [
        { title: 'from' },
        { title: 'requests', isNumber: true },
        { title: 'per second', isNumber: true },
        { title: 'failed', isNumber: true },
      ],
      rows: stretches.map((stretch) => [
        fromText(stretch),
        formatCount(stretch.sent),
        formatCount(all(stretch)),
        formatCount(stretch.failed),
      ]),
    },
  };
}

/** An area whose height is a rate. */
function stepped({
  id,
  title,
  className,
  height,
  stretches,
  time,
  pauses,
  value,
}: {
  id: string;
  title: string;
  className: 'rate' | 'lost';
  height: number;
  stretches: readonly Stretch[];
  time: Axis;
  pauses: readonly Html[];
  value: (stretch: Stretch) => number;
}): Html {
  const greatest = max(stretches, value) ?? 0;
  const axis = rateAxis(greatest);
  const points = stretches.map((stretch) => ({ x: stretch.startSeconds, y: value(stretch) }));
  const end = stretches.at(-1)?.endSeconds ?? 0;
  const shape = area<{ x: number; y: number }>(
    ({ x }) => WIDTH * time.at(x),
    height,
    ({ y }) => height * (1 - axis.at(y)),
  )
    .curve(curveStepAfter)
    .digits(1);
  const path = shape([...points, { x: end, y: points.at(-1)?.y ?? 0 }]) ?? '';
  return frame({
    id,
    title,
    description: `At most ${formatCount(greatest)} per second. The numbers follow the picture.`,
    height,
    x: time.ticks,
    y: height < HEIGHT / 2 ? axis.ticks.filter((_, index) => index % 2 === 0) : axis.ticks,
    stretched: html`<path class="${className}" d="${path}" />`,
    marks: pauses,
  });
}

const QUANTILES = [
  { title: 'p50', index: 0, of: ({ p50Ms }: Stretch) => p50Ms },
  { title: 'p99', index: 1, of: ({ p99Ms }: Stretch) => p99Ms },
] as const;

/** Nothing where windows do not say how long answers took. */
function latencies(timeline: Timeline, time: Axis, pauses: readonly Html[]): Html | null {
  const { stretches, windowsEach } = timeline;
  const values = stretches
    .flatMap(({ p50Ms, p99Ms }) => [p50Ms, p99Ms])
    .filter((ms) => ms !== null);
  if (values.length === 0) return null;
  const axis = durationAxis(values, 4);
  const drawn = QUANTILES.map(({ index, of }) => {
    const path = line<Stretch>(
      (stretch) => middle(time, stretch),
      (stretch) => HEIGHT * (1 - axis.at(of(stretch) ?? 0)),
    )
      .defined((stretch) => of(stretch) !== null)
      .digits(1);
    return html`<path class="line q${index}" d="${path(stretches) ?? ''}" />`;
  });
  return figureElement({
    title: 'Latency over time',
    caption: `Of OK answers to what was sent in each window.${windowsEach === 1 ? '' : ` Each point is the greatest of ${counted(windowsEach, 'window')}.`}${silenceText(pauses)}`,
    legend: html`<ul class="legend">
      ${QUANTILES.map(
        ({ title, index }) =>
          html`<li>
            <span class="key"
              ><svg class="swatch" width="22" height="12" aria-hidden="true">
                <line class="line q${index}" x1="0" x2="22" y1="6" y2="6" /></svg
              >${title}</span
            >
          </li>`,
      )}
    </ul>`,
    picture: frame({
      id: 'latency',
      title: 'Latency over the time of the run',
      description:
        'A line for the median, and one for the 99th percentile. The numbers follow the picture.',
      height: HEIGHT,
      x: time.ticks,
      y: axis.ticks,
      stretched: drawn,
      marks: pauses,
    }),
    numbers: {
      caption: 'Latency over time (ms)',
      columns: [{ title: 'from' }, ...QUANTILES.map(({ title }) => ({ title, isNumber: true }))],
      rows: stretches.map((stretch) => [
        fromText(stretch),
        ...QUANTILES.map(({ of }) => formatMs(of(stretch))),
      ]),
    },
  });
}
