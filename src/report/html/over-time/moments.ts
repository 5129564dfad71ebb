import { counted } from '../../../number-text.js';
import { WIDTH } from '../frame.js';
import type { Html } from '../markup.js';
import type { Axis } from '../scales.js';
import type { Stretch, Timeline } from '../timeline.js';

/** Of a picture over time, in px. */
export const HEIGHT = 180;

/** Of how many windows a point is made, where of several. */
export function coarseness({ windowsEach }: Timeline): string {
  return windowsEach === 1 ? '' : ` Each point is of ${counted(windowsEach, 'window')} together.`;
}

/** What the shading is, where there is some. */
export function silenceText(pauses: readonly Html[]): string {
  return pauses.length === 0 ? '' : ' Shaded: nothing was answered.';
}

/** Where a stretch stands in a picture, in its units. */
export function middle(time: Axis, { startSeconds, endSeconds }: Stretch): number {
  return WIDTH * time.at((startSeconds + endSeconds) / 2);
}

/** The beginning of a stretch, for tables. */
export function fromText({ startSeconds }: Stretch): string {
  return `${startSeconds.toFixed(startSeconds < 10 ? 3 : 1)} s`;
}
