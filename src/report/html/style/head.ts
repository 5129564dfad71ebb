import { html } from '../markup.js';

/** The verdict with its figures, and the list of sections. */
export const HEAD_STYLE = html`<style>
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
  @media (max-width: 30rem) {
    .figures-strip {
      gap: 0.8rem 1.8rem;
    }
  }
</style>`;
