import type { DestinationProgress } from '../load/progress.js';
import { counted } from '../number-text.js';
import { shorten } from '../report/console/shorten.js';
import { formatCount, formatMs, formatSeconds } from '../report/numbers.js';
import { plainText } from '../report/plain-text.js';
import { cutAt, displayWidth } from '../report/text-width.js';
import type { Progress, SamplingProgress } from '../run/progress.js';

/** What a progress line can tell of: the phases of a run, and the writing of its reports. */
export type Shown = Progress | { phase: 'writing' };

/** Pads a figure to the widest that it has been, so that those beside it keep their places. */
type Steady = (figure: string, text: string) => string;

/** Shares of more destinations than this are no line any more. */
const MOST_DESTINATIONS = 4;
/** Columns that a name gets where there is room, and where there is little. */
const NAME_ROOMS = [14, 8, 4] as const;
const SEPARATOR = ' · ';

/** Makes lines of what a run is doing, each as wide as there is room for. Of one terminal: it keeps figures in their places. */
export class ProgressText {
  #phase = '';
  #columns = 0;
  /** The narrowest form that the phase has taken: a line that goes back to a wider one jumps. */
  #form = 0;
  readonly #widths = new Map<string, number>();

  /**
   * @param columns At least 1.
   * @returns One line, at most as wide: what matters least is left out where there is no room.
   */
  line(shown: Shown, columns: number): string {
    if (shown.phase !== this.#phase || columns !== this.#columns) {
      this.#widths.clear();
      this.#form = 0;
    }
    this.#phase = shown.phase;
    this.#columns = columns;
    const texts = lines(shown, (figure, text) => this.#padded(figure, text));
    const last = texts.length - 1;
    while (this.#form < last && displayWidth(texts[this.#form] ?? '') > columns) this.#form += 1;
    return cutAt(texts[this.#form] ?? '', columns)[0];
  }

  #padded(figure: string, text: string): string {
    const own = displayWidth(text);
    const width = Math.max(own, this.#widths.get(figure) ?? 0);
    this.#widths.set(figure, width);
    return ' '.repeat(width - own) + text;
  }
}

/** The same for a log: one line, whole, nothing padded. */
export function progressText(shown: Shown): string {
  return lines(shown, (_, text) => text)[0] ?? '';
}

/** What is said of a phase: the whole first, then less and less of it. */
function lines(shown: Shown, steady: Steady): string[] {
  switch (shown.phase) {
    case 'preparing':
      return ['reading what is asked'];
    case 'connecting':
      return [
        shown.connections === null
          ? 'connecting'
          : `connecting: ${counted(shown.connections, 'connection')}`,
      ];
    case 'waiting-for-rollout':
      return waitingLines(shown, steady);
    case 'warming-up':
      return [`warming up: ${ofPlanned('sent', shown.sent, shown.planned, ' of ', steady)}`];
    case 'sampling':
      return samplingLines(shown, steady);
    case 'probing': {
      const done = ofPlanned('done', shown.done, shown.planned, ' of ', steady);
      return shown.by === 'connections'
        ? [`probing connections: ${done}`]
        : [`asking for single requests: ${done}`, `single requests: ${done}`];
    }
    case 'reading-log': {
      const read = ofPlanned('lines', shown.lines, shown.expected, ' of ', steady);
      return [`reading the access log: ${read} lines`, `access log: ${read} lines`];
    }
    case 'concluding':
      return ['concluding'];
    case 'writing':
      return ['writing reports'];
  }
}

function waitingLines(
  { elapsedMs, limitMs, done, destinations }: Extract<Progress, { phase: 'waiting-for-rollout' }>,
  steady: Steady,
): string[] {
  const time = `${steady('elapsed', wholeSeconds(elapsedMs))} of ${wholeSeconds(limitMs)}`;
  const requests = steady('done', counted(done, 'request'));
  const [wide, ...narrow] = sharesTexts(destinations, steady);
  const all = (heading: string, ...details: (string | undefined)[]): string =>
    joined([`${heading}: ${time}`, ...details]);
  return [
    all('waiting for the roll-out', wide, requests),
    all('waiting for the roll-out', wide),
    ...[wide, ...narrow].map((shares) => all('roll-out', shares)),
    all('roll-out'),
  ];
}

function samplingLines(progress: SamplingProgress, steady: Steady): string[] {
  const { done, planned, elapsedMs, failed, p99Ms, remainingMs, evidence } = progress;
  const whole = ofPlanned('done', done, planned, ' of ', steady);
  const tight = ofPlanned('done', done, planned, '/', steady);
  const perSecond = elapsedMs > 0 ? (done / elapsedMs) * 1000 : 0;
  const rate = steady('rate', `${formatCount(perSecond)}/s`);
  const [shares = '', ...narrowShares] = sharesTexts(progress.destinations, steady);
  const p99 = p99Ms === null ? '' : `p99 ${steady('p99', formatMs(p99Ms))} ms`;
  const failures = steady('failed', `${formatCount(failed)} failed`);
  // What is told of failures is told as long as there is room for anything.
  const important = failed > 0 ? failures : '';
  const proof = evidence === undefined ? '' : evidenceText(evidence, steady);
  const left = remainingMs === null ? '' : steady('left', leftText(remainingMs, evidence));
  return [
    [`sampling ${whole}`, rate, shares, proof, p99, failures, left],
    [`sampling ${tight}`, rate, shares, proof, p99, failures, left],
    [tight, rate, shares, proof, p99, failures, left],
    [tight, rate, shares, proof, failures, left],
    [tight, shares, proof, failures, left],
    [tight, shares, proof, important, left],
    ...[shares, ...narrowShares].map((some) => [tight, important, some, proof]),
    ...[shares, ...narrowShares].map((some) => [tight, important, some]),
    ...[shares, ...narrowShares].map((some) => [
      steady('done', formatCount(done)),
      important,
      some,
    ]),
    [tight, important],
  ].map(joined);
}

/** `1,204 of 3,089`: as wide from the first to the last. */
function ofPlanned(
  figure: string,
  done: number,
  planned: number | null,
  of: string,
  steady: Steady,
): string {
  if (planned === null) return steady(figure, counted(done, 'request'));
  const end = formatCount(planned);
  steady(figure, end);
  return `${steady(figure, formatCount(done))}${of}${end}`;
}

/** `v1 60.1 % v2 39.9 %`: with their names whole, and with less and less of them. */
function sharesTexts(all: readonly DestinationProgress[], steady: Steady): string[] {
  const seen = all.filter(({ observed }) => observed > 0);
  const total = seen.reduce((sum, { observed }) => sum + observed, 0);
  return NAME_ROOMS.map((room) => {
    const shares = seen.slice(0, MOST_DESTINATIONS).map(({ name, observed }) => {
      const share = steady('share', ((observed / total) * 100).toFixed(1));
      return `${shorten(plainText(name), room)} ${share} %`;
    });
    const more = seen.length - shares.length;
    return [...shares, ...(more > 0 ? [`and ${formatCount(more)} more`] : [])].join(' ');
  });
}

/** `evidence: pass 64 %, fail 0 %` */
function evidenceText(
  { forWeights, againstWeights }: NonNullable<SamplingProgress['evidence']>,
  steady: Steady,
): string {
  const part = (figure: string, of: number): string =>
    `${steady(figure, String(Math.floor(Math.min(1, of) * 100)))} %`;
  return `evidence: pass ${part('for', forWeights)}, fail ${part('against', againstWeights)}`;
}

/** A sample that may end before its size takes no longer than that. */
function leftText(remainingMs: number, evidence: SamplingProgress['evidence']): string {
  return `${evidence === undefined ? '' : '≤ '}${wholeSeconds(remainingMs)} left`;
}

/** Rounded up: what is left is never nothing. */
function wholeSeconds(durationMs: number): string {
  const seconds = Math.ceil(durationMs / 1000);
  return seconds < 10 ? `${seconds} s` : formatSeconds(seconds);
}

function joined(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join(SEPARATOR);
}
