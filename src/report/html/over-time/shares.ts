import { counted } from '../../../number-text.js';
import { line } from 'd3-shape';
import { formatCount, formatShare } from '../../numbers.js';
import type { Figure } from '../figure.js';
import { shortName } from '../foreign.js';
import { along, frame, WIDTH } from '../frame.js';
import { type Content, type Html, html } from '../markup.js';
import { type Axis, shareAxis } from '../scales.js';
import { colourClass, legend } from '../series.js';
import { answersOf, type Stretch, type Timeline } from '../timeline.js';
import { coarseness, fromText, HEIGHT, middle, silenceText } from './moments.js';

/** Shares that are expected of all calls together, by destination. */
export type ExpectedShares = ReadonlyMap<string, number>;

/** The split, a line for each destination. */
export function shares(
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
