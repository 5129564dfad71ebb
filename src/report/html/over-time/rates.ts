import { max } from 'd3-array';
import { area, curveStepAfter } from 'd3-shape';
import { formatCount } from '../../numbers.js';
import type { Figure } from '../figure.js';
import { frame, WIDTH } from '../frame.js';
import { type Html, html } from '../markup.js';
import { type Axis, rateAxis } from '../scales.js';
import type { Stretch, Timeline } from '../timeline.js';
import { coarseness, fromText, HEIGHT, silenceText } from './moments.js';

const LOW_HEIGHT = 64;

function perSecond(stretch: Stretch, count: number): number {
  return count / Math.max(1e-6, stretch.endSeconds - stretch.startSeconds);
}

/** Requests and failures per second. */
export function rates(timeline: Timeline, time: Axis, pauses: readonly Html[]): Figure {
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
