import { html } from '../markup.js';

/** Pictures: lines, areas, ticks and legends. */
export const PICTURE_STYLE = html`<style>
  figure {
    margin: 0;
    min-width: 0;
  }
  svg {
    display: block;
    overflow: visible;
  }
  .swatch {
    display: inline-block;
    overflow: hidden;
  }
  text {
    font-size: 12px;
    fill: var(--soft);
    font-variant-numeric: tabular-nums;
    direction: ltr;
    unicode-bidi: isolate;
  }
  .tick.x {
    text-anchor: middle;
  }
  .tick.y {
    text-anchor: end;
  }
  .grid {
    stroke: var(--grid);
  }
  .notch,
  .base {
    stroke: var(--rule);
  }
  .frame {
    padding: 0.5rem 0.6rem 1.7rem 3.4rem;
  }
  path,
  line,
  .silence {
    vector-effect: non-scaling-stroke;
  }
  .line {
    fill: none;
    stroke: var(--c);
    stroke-width: 1.8;
    stroke-linejoin: round;
  }
  .d1 .line,
  .line.d1 {
    stroke-dasharray: 7 3;
  }
  .d2 .line,
  .line.d2 {
    stroke-dasharray: 2 3;
  }
  .d3 .line,
  .line.d3 {
    stroke-dasharray: 8 3 2 3;
  }
  .d4 .line,
  .line.d4 {
    stroke-dasharray: 12 4;
  }
  .d5 .line,
  .line.d5 {
    stroke-dasharray: 4 2;
  }
  .d6 .line,
  .line.d6 {
    stroke-dasharray: 1 4;
  }
  .d7 .line,
  .line.d7 {
    stroke-dasharray: 10 3 2 3 2 3;
  }
  .wanted {
    stroke: var(--c);
    stroke-width: 1.2;
    stroke-dasharray: 1 4;
  }
  .line.q0 {
    stroke: var(--d0);
  }
  .line.q1 {
    stroke: var(--d1);
    stroke-dasharray: 7 3;
  }
  .dot,
  .symbol {
    fill: var(--c);
  }
  .symbol {
    stroke: var(--page);
    stroke-width: 1.5;
  }
  .swatch .symbol {
    transform-box: fill-box;
  }
  .rate {
    fill: var(--d0);
    fill-opacity: 0.22;
    stroke: var(--d0);
    stroke-width: 1.3;
  }
  .lost {
    fill: var(--fail);
    fill-opacity: 0.35;
    stroke: var(--fail);
    stroke-width: 1.3;
  }
  .silence {
    fill: var(--inconclusive);
    fill-opacity: 0.18;
  }
  .legend {
    display: flex;
    flex-wrap: wrap;
    gap: 0.1rem 1.2rem;
    list-style: none;
    margin: 0 0 0.4rem;
    padding: 0;
    font-size: 0.88rem;
  }
  .figures {
    display: grid;
    gap: 1.8rem 2.5rem;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr));
  }
  .figures > figure:first-child:nth-last-child(odd) {
    grid-column: 1 / -1;
  }
</style>`;
