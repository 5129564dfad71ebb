import { html } from '../markup.js';

/** Findings, by how grave they are. */
export const FINDING_STYLE = html`<style>
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
</style>`;
