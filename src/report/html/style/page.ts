import { html } from '../markup.js';

/** Type, links and the arrangement of the page, on wide screens too. */
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
  @media (prefers-reduced-motion: reduce) {
    html {
      scroll-behavior: auto;
    }
  }
</style>`;
