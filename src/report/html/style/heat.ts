import { html } from '../markup.js';

/** Bars of the account, and cells by how much is in them. */
export const HEAT_STYLE = html`<style>
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
</style>`;
