import type { RunRecord } from '../../../record/run-record.js';
import { figureElement } from '../figure.js';
import { along } from '../frame.js';
import { type Html, html } from '../markup.js';
import { type Axis, timeAxis } from '../scales.js';
import type { Timeline } from '../timeline.js';
import { latencies } from './latencies.js';
import { rates } from './rates.js';
import { type ExpectedShares, shares } from './shares.js';

/** Pictures of a run over its time. */
export function overTime(record: RunRecord, timeline: Timeline, expected: ExpectedShares): Html {
  const time = timeAxis(timeline.endSeconds);
  const pauses = silences(record, time);
  const figures = [
    shares(timeline, time, pauses, expected),
    rates(timeline, time, pauses),
    latencies(timeline, time, pauses),
  ];
  return html`<div class="figures">
    ${figures.filter((figure) => figure !== null).map(figureElement)}
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
