import { html } from '../markup.js';

/** Tables, lists of facts, and what is folded. */
export const TABLE_STYLE = html`<style>
  .scroll {
    overflow-x: auto;
    margin: 0.8rem 0;
  }
  table {
    border-collapse: collapse;
    min-width: min(100%, 24rem);
    font-size: 0.9rem;
    font-variant-numeric: tabular-nums;
  }
  caption {
    max-width: min(62rem, 100vw - 2rem);
    text-align: left;
    color: var(--soft);
    font-size: 0.84rem;
    padding-bottom: 0.3rem;
  }
  th,
  td {
    padding: 0.34rem 1.4rem 0.34rem 0;
    text-align: left;
    vertical-align: top;
    border-bottom: 1px solid var(--rule);
    overflow-wrap: normal;
  }
  th:last-child,
  td:last-child {
    padding-right: 0;
  }
  thead th {
    color: var(--soft);
    font-weight: 500;
    font-size: 0.82rem;
    white-space: nowrap;
  }
  tbody th {
    font-weight: 500;
    min-width: 7rem;
    max-width: 26rem;
    overflow-wrap: anywhere;
  }
  .address {
    white-space: nowrap;
  }
  td.n,
  th.n {
    text-align: right;
  }
  td.n {
    white-space: nowrap;
  }
  td .badge {
    margin: -0.1rem 0;
  }
  .key {
    display: inline-flex;
    gap: 0.5rem;
    align-items: baseline;
  }
  .key svg {
    flex: none;
  }
  .facts {
    margin: 0.6rem 0;
    font-size: 0.93rem;
  }
  section > .facts,
  section > .part > .facts,
  section > details .facts {
    columns: 2 24rem;
    column-gap: 2.5rem;
  }
  .facts div {
    break-inside: avoid;
    display: grid;
    grid-template-columns: minmax(6rem, 34%) 1fr;
    gap: 0.1rem 1rem;
    padding: 0.28rem 0;
    border-bottom: 1px solid var(--rule);
  }
  .facts dt {
    color: var(--soft);
  }
  .facts dd {
    margin: 0;
    min-width: 0;
  }
  details {
    margin: 0.6rem 0;
  }
  summary {
    cursor: pointer;
    width: fit-content;
    font-size: 0.88rem;
    color: var(--link);
  }
  @media (max-width: 30rem) {
    th,
    td {
      padding-right: 1rem;
    }
  }
</style>`;
