import { html } from '../markup.js';

/**
 * Rows with a track for each destination, side by side where there is room. Each row is a grid of its own, and so is
 * their axis: no column may take its width from what stands in it, or a track is not as wide as its axis.
 */
export const TRACK_STYLE = html`<style>
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
  @media (min-width: 46rem) {
    .row {
      grid-template-columns: minmax(6rem, 1fr) minmax(0, 4fr) 9rem;
      gap: 0 1.6rem;
    }
    .two > .row > .track ~ .track,
    .two > .row > .axis ~ .axis {
      display: block;
    }
    .two > .row {
      grid-template-columns: minmax(6rem, 1fr) minmax(0, 3fr) minmax(0, 2fr) 9rem;
    }
    .row > .what {
      order: 3;
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
