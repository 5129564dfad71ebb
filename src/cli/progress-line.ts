import type { Progress } from '../load/progress.js';
import { formatCount, formatShare } from '../report/numbers.js';
import { plainText } from '../report/plain-text.js';
import { cutAt } from '../report/text-width.js';

/** One line on a terminal that is written again and again while a load runs. */
export class ProgressLine {
  readonly #stream: NodeJS.WriteStream;
  #shown = false;

  /** @param stream A terminal. */
  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  /** @param names Destinations by index. */
  show(progress: Progress, names: readonly string[]): void {
    const [text] = cutAt(progressText(progress, names), Math.max(1, this.#stream.columns - 1));
    this.#stream.write(`\r\u001b[2K${text}`);
    this.#shown = true;
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#shown) this.#stream.write('\r\u001b[2K');
    this.#shown = false;
  }
}

/** `1,234 of 3,089 requests, 3,420 per second, v1 60.10 %, v2 39.90 %` */
export function progressText(progress: Progress, names: readonly string[]): string {
  const { done, planned, elapsedMs, observed, evidence } = progress;
  const answered = observed.reduce((sum, count) => sum + count, 0);
  const split = names
    .map((name, index) => ({ name: plainText(name), count: observed[index] ?? 0 }))
    .filter(({ count }) => count > 0)
    .map(({ name, count }) => `${name} ${formatShare(count / answered)}`);
  return [
    planned === null
      ? `${formatCount(done)} requests`
      : `${formatCount(done)} of ${formatCount(planned)} requests`,
    `${formatCount(elapsedMs > 0 ? (done / elapsedMs) * 1000 : 0)} per second`,
    ...split,
    ...(evidence === undefined ? [] : [evidenceText(evidence)]),
  ].join(', ');
}

/** `evidence: pass 64 %, fail 0 %` */
function evidenceText({ forWeights, againstWeights }: NonNullable<Progress['evidence']>): string {
  const part = (of: number): string => `${Math.floor(Math.min(1, of) * 100)} %`;
  return `evidence: pass ${part(forWeights)}, fail ${part(againstWeights)}`;
}
