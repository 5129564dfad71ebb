import { html } from './markup.js';

/** How pictures are drawn. */
export const PLOT_STYLE = html`<style>
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
  .tracks {
    display: grid;
    row-gap: 0.15rem;
  }
  .row {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    gap: 0 1rem;
    align-items: center;
  }
  .row > .who {
    order: 0;
    display: flex;
    gap: 0.5rem;
    align-items: center;
    font-weight: 600;
    min-width: 0;
  }
  .row > .what {
    order: 1;
    text-align: right;
    font-variant-numeric: tabular-nums;
    line-height: 1.25;
  }
  .row > .what span {
    display: block;
    font-size: 0.82rem;
    color: var(--soft);
  }
  .row > .what .bad {
    color: var(--fail);
    font-weight: 600;
  }
  .row > .track,
  .row > .axis {
    order: 2;
    grid-column: 1 / -1;
    margin-block: 0.1rem 0.4rem;
  }
  .row.axes > .who,
  .row.axes > .what {
    display: none;
  }
  .two > .row > .track ~ .track,
  .two > .row > .axis ~ .axis {
    display: none;
  }
  .axis span {
    display: block;
    text-align: center;
    font-size: 0.8rem;
    color: var(--soft);
  }
  .track {
    padding-inline: 0;
  }
  .band {
    fill: var(--c);
    fill-opacity: 0.16;
    stroke: var(--c);
    stroke-opacity: 0.5;
    stroke-dasharray: 2 3;
  }
  .expected {
    stroke: var(--ink);
    stroke-width: 2;
  }
  .interval {
    stroke: var(--c);
    stroke-width: 2.4;
  }
  .density {
    fill: var(--c);
    fill-opacity: 0.3;
    stroke: var(--c);
    stroke-width: 1.2;
  }
  .quantile {
    stroke: var(--ink);
    stroke-width: 1.4;
  }
  .how {
    display: inline-flex;
    gap: 0.4rem;
    align-items: center;
    margin-right: 1.2rem;
  }
  .bar {
    overflow: hidden;
    border-radius: 3px;
  }
  .bar .ok {
    fill: var(--pass);
  }
  .bar .failed {
    fill: var(--fail);
  }
  .bar .late {
    fill: var(--d1);
  }
  .bar .given-up {
    fill: var(--d3);
  }
  .bar .unsent {
    fill: var(--other);
  }
  .heat {
    display: block;
    margin: -0.34rem 0;
    padding: 0.34rem 0.5rem;
  }
  .heat .soft {
    color: inherit;
    opacity: 0.85;
  }
  .h0 {
    background: none;
  }
  .h1 {
    background: rgba(var(--heat), 0.05);
  }
  .h2 {
    background: rgba(var(--heat), 0.09);
  }
  .h3 {
    background: rgba(var(--heat), 0.13);
  }
  .h4 {
    background: rgba(var(--heat), 0.17);
  }
  .h5 {
    background: rgba(var(--heat), 0.21);
  }
  .h6 {
    background: rgba(var(--heat), 0.25);
  }
  .h7 {
    background: rgba(var(--heat), 0.29);
  }
  .h8 {
    background: rgba(var(--heat), 0.33);
  }
  .h9 {
    background: rgba(var(--heat), 0.37);
  }
  .h10 {
    background: rgba(var(--heat), 0.42);
  }
  @media (min-width: 46rem) {
    .row {
      grid-template-columns: minmax(6rem, 1fr) minmax(0, 4fr) minmax(7.5rem, auto);
      gap: 0 1.6rem;
    }
    .two > .row > .track ~ .track,
    .two > .row > .axis ~ .axis {
      display: block;
    }
    .two > .row {
      grid-template-columns: minmax(6rem, 1fr) minmax(0, 3fr) minmax(0, 2fr) minmax(7.5rem, auto);
    }
    .row > .what {
      order: 3;
      min-width: 7.5rem;
    }
    .row > .track,
    .row > .axis {
      grid-column: auto;
      margin-block: 0;
    }
    .row.axes > .who,
    .row.axes > .what {
      display: block;
    }
  }
</style>`;
