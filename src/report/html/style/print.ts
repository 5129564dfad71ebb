import { html } from '../markup.js';

/** What is otherwise on paper; it comes last. */
export const PRINT_STYLE = html`<style>
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
