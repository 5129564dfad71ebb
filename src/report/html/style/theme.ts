import { html } from '../markup.js';

/** Colours of both themes; text and its background differ by 4.5:1 or more, marks by 3:1. */
export const THEME = html`<style>
  :root {
    color-scheme: light dark;
    --page: #fbfaf8;
    --sheet: #ffffff;
    --ink: #1b1f24;
    --soft: #59636e;
    --rule: #dfe1e4;
    --grid: #e8eaed;
    --link: #0b57a4;
    --pass: #176f3d;
    --pass-tint: #e7f4ec;
    --fail: #b3261e;
    --fail-tint: #fdecea;
    --inconclusive: #7a5200;
    --inconclusive-tint: #fbf1dc;
    --info: #38597c;
    --d0: #1f6fb5;
    --d1: #c2570c;
    --d2: #0a8062;
    --d3: #9c4f96;
    --d4: #8a6a00;
    --d5: #b8336a;
    --d6: #4f5bd5;
    --d7: #5f6b1f;
    --other: #6b7480;
    --heat: 31, 111, 181;
  }
  @media screen and (prefers-color-scheme: dark) {
    :root {
      --page: #0e1216;
      --sheet: #161b21;
      --ink: #e8ebee;
      --soft: #9ba7b3;
      --rule: #2c343d;
      --grid: #252c34;
      --link: #7cb8f2;
      --pass: #56c686;
      --pass-tint: #12291c;
      --fail: #ff8c82;
      --fail-tint: #331a18;
      --inconclusive: #e4b04a;
      --inconclusive-tint: #2e2413;
      --info: #9dbbdb;
      --d0: #64b0f2;
      --d1: #f3904a;
      --d2: #45c4a0;
      --d3: #d793d1;
      --d4: #d9b54a;
      --d5: #f284ab;
      --d6: #9ba5ff;
      --d7: #b3c164;
      --other: #98a2ae;
      --heat: 100, 176, 242;
    }
  }
  .d0 {
    --c: var(--d0);
  }
  .d1 {
    --c: var(--d1);
  }
  .d2 {
    --c: var(--d2);
  }
  .d3 {
    --c: var(--d3);
  }
  .d4 {
    --c: var(--d4);
  }
  .d5 {
    --c: var(--d5);
  }
  .d6 {
    --c: var(--d6);
  }
  .d7 {
    --c: var(--d7);
  }
  .other {
    --c: var(--other);
  }
</style>`;
