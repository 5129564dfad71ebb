import { html } from './markup.js';

/** Type, tables and the arrangement of the page: on wide screens, on phones, on paper. */
export const PAGE_STYLE = html`<style>
  * {
    box-sizing: border-box;
  }
  html {
    scroll-behavior: smooth;
    -webkit-text-size-adjust: 100%;
  }
  body {
    margin: 0;
    background: var(--page);
    color: var(--ink);
    font:
      16px/1.55 system-ui,
      -apple-system,
      'Segoe UI',
      Roboto,
      'Helvetica Neue',
      'Liberation Sans',
      Arial,
      sans-serif;
    overflow-wrap: anywhere;
  }
  a {
    color: var(--link);
    text-underline-offset: 2px;
  }
  :focus-visible {
    outline: 2px solid var(--link);
    outline-offset: 2px;
    border-radius: 2px;
  }
  .skip {
    position: absolute;
    left: -100vw;
  }
  .skip:focus {
    left: 1rem;
    top: 0.5rem;
    background: var(--sheet);
    padding: 0.3rem 0.6rem;
    z-index: 2;
  }
  .verdict,
  .page,
  footer {
    max-width: 78rem;
    margin: 0 auto;
    padding: 0 1rem;
  }
  header.verdict {
    padding-top: 2.2rem;
  }
  .kicker {
    margin: 0 0 0.35rem;
    color: var(--soft);
    font-size: 0.8rem;
    letter-spacing: 0.06em;
    text-transform: uppercase;
  }
  h1 {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem 0.9rem;
    margin: 0;
    font-size: clamp(1.4rem, 1rem + 1.8vw, 2.1rem);
    line-height: 1.2;
    letter-spacing: -0.015em;
    font-weight: 650;
  }
  h1 .badge {
    font-size: inherit;
    padding: 0.18em 0.55em 0.18em 0.42em;
  }
  h1 .badge svg {
    width: 0.8em;
    height: 0.8em;
  }
  .reason {
    max-width: 62rem;
    margin: 1rem 0 0;
    font-size: 1.12rem;
    line-height: 1.5;
  }
  ul.reason {
    padding-left: 1.2rem;
  }
  .badge {
    display: inline-flex;
    align-items: center;
    gap: 0.35em;
    padding: 0.05em 0.5em 0.05em 0.4em;
    border-radius: 0.4em;
    font-size: 0.85rem;
    font-weight: 650;
    white-space: nowrap;
  }
  .badge svg {
    fill: none;
    stroke: currentColor;
    stroke-width: 2.4;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  .badge.pass {
    color: var(--pass);
    background: var(--pass-tint);
  }
  .badge.fail {
    color: var(--fail);
    background: var(--fail-tint);
  }
  .badge.inconclusive {
    color: var(--inconclusive);
    background: var(--inconclusive-tint);
  }
  .figures-strip {
    display: flex;
    flex-wrap: wrap;
    gap: 0.9rem 2.4rem;
    margin: 1.4rem 0 0;
    padding: 1rem 0;
    border-block: 1px solid var(--rule);
  }
  .figures-strip dt {
    color: var(--soft);
    font-size: 0.8rem;
  }
  .figures-strip dd {
    margin: 0;
    font-size: 1.25rem;
    line-height: 1.3;
    font-weight: 600;
    font-variant-numeric: tabular-nums;
    letter-spacing: -0.01em;
  }
  nav ol {
    display: flex;
    flex-wrap: wrap;
    gap: 0.2rem 1.1rem;
    list-style: none;
    margin: 0.9rem 0 0;
    padding: 0;
    font-size: 0.9rem;
  }
  nav a {
    display: inline-block;
    padding: 0.15rem 0;
    color: var(--soft);
    text-decoration: none;
  }
  nav a:hover {
    color: var(--link);
    text-decoration: underline;
  }
  nav .badge {
    padding: 0;
    background: none;
    font-size: 0;
    gap: 0;
  }
  section {
    padding-top: 2.2rem;
  }
  h2 {
    margin: 0 0 0.9rem;
    font-size: 1.3rem;
    line-height: 1.3;
    letter-spacing: -0.01em;
    font-weight: 650;
  }
  h3 {
    margin: 0 0 0.6rem;
    font-size: 1rem;
    font-weight: 650;
  }
  .part {
    margin-top: 1.6rem;
    min-width: 0;
  }
  .parts {
    display: grid;
    gap: 0 2.5rem;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr));
  }
  .note,
  .soft {
    color: var(--soft);
  }
  .note {
    margin: 0.6rem 0;
    font-size: 0.88rem;
    max-width: 62rem;
  }
  .note:empty {
    display: none;
  }
  .sentences {
    margin: 0.6rem 0;
    padding-left: 1.1rem;
    max-width: 62rem;
    font-size: 0.93rem;
  }
  .sentences li {
    margin: 0.25rem 0;
  }
  .sentences li::marker {
    color: var(--soft);
  }
  code {
    font:
      0.92em ui-monospace,
      'SF Mono',
      'Cascadia Code',
      Menlo,
      Consolas,
      'Liberation Mono',
      monospace;
  }
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
  .findings {
    list-style: none;
    margin: 0;
    padding: 0;
    display: grid;
    gap: 0.9rem;
  }
  .finding {
    --tone: var(--info);
    background: var(--sheet);
    border: 1px solid var(--rule);
    border-left: 4px solid var(--tone);
    border-radius: 4px;
    padding: 0.8rem 1.1rem 0.9rem;
  }
  .finding.error {
    --tone: var(--fail);
  }
  .finding.warning {
    --tone: var(--inconclusive);
  }
  .finding p {
    margin: 0.3rem 0 0;
    max-width: 60rem;
  }
  .finding .head {
    display: flex;
    flex-wrap: wrap;
    gap: 0.2rem 0.8rem;
    margin: 0;
    font-size: 0.88rem;
  }
  .finding .summary {
    font-weight: 600;
  }
  .finding .place {
    font:
      0.85rem ui-monospace,
      'SF Mono',
      Menlo,
      Consolas,
      'Liberation Mono',
      monospace;
  }
  .finding .evidence {
    color: var(--soft);
  }
  .severity {
    display: inline-flex;
    gap: 0.35rem;
    align-items: center;
    color: var(--tone);
    font-weight: 650;
  }
  .severity svg {
    fill: none;
    stroke: currentColor;
    stroke-width: 1.6;
    stroke-linejoin: round;
    stroke-linecap: round;
  }
  footer {
    margin-top: 3rem;
    padding-bottom: 2rem;
    color: var(--soft);
    font-size: 0.82rem;
  }
  @media screen and (min-width: 75rem) {
    .page {
      display: grid;
      grid-template-columns: 12rem minmax(0, 1fr);
      gap: 0 3rem;
    }
    nav {
      padding-top: 2rem;
    }
    nav ol {
      position: sticky;
      top: 1.5rem;
      display: block;
      border-left: 1px solid var(--rule);
      padding-left: 1rem;
    }
    nav li {
      margin: 0.3rem 0;
    }
  }
  @media (max-width: 30rem) {
    .figures-strip {
      gap: 0.8rem 1.8rem;
    }
    th,
    td {
      padding-right: 1rem;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    html {
      scroll-behavior: auto;
    }
  }
  @media print {
    body {
      font-size: 10.5pt;
      background: none;
    }
    nav,
    .skip,
    summary {
      display: none;
    }
    details::details-content {
      content-visibility: visible;
      display: block;
      height: auto;
    }
    .scroll {
      overflow: visible;
    }
    figure,
    .finding,
    tr,
    .facts div {
      break-inside: avoid;
    }
    h2,
    h3,
    caption {
      break-after: avoid;
    }
    * {
      print-color-adjust: exact;
    }
  }
</style>`;
