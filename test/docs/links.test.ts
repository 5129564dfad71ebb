import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { ROOT } from '../fixtures/command.js';
import { PAGES, textOf } from './world/pages.js';

/** The anchor that GitHub makes of a heading: letters, digits, `_` and `-`, blanks as `-`. */
function anchorOf(heading: string): string {
  return heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');
}

function anchorsIn(file: string): Set<string> {
  const text = readFileSync(file, 'utf8').replace(/^ *```[^]*?^ *```$/gm, '');
  return new Set([...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading)));
}

const OTHERS = ['ARCHITECTURE.md', 'CHANGELOG.md', 'reports/README.md', 'src/wire/README.md'];

describe('links of the pages', () => {
  for (const page of [...PAGES, ...OTHERS]) {
    it(`lead to files and headings that are there: ${page}`, () => {
      const folder = path.dirname(path.join(ROOT, page));
      const text = textOf(page).replace(/^ *```[^]*?^ *```$/gm, '');
      const broken = [...text.matchAll(/\]\(([^)\s]+)\)/g)]
        .map(([, link = '']) => link)
        .filter((link) => !/^https?:/.test(link))
        .filter((link) => {
          const [name = '', anchor] = link.split('#');
          const file = name === '' ? path.join(ROOT, page) : path.join(folder, name);
          if (!existsSync(file)) return true;
          return anchor !== undefined && !anchorsIn(file).has(anchor);
        });
      assert.deepEqual(broken, []);
    });
  }

  it('lead from docs/README.md to every page', () => {
    const index = textOf('docs/README.md');
    const lacking = PAGES.filter((page) => page.startsWith('docs/') && page !== 'docs/README.md')
      .map((page) => path.basename(page))
      .filter((name) => !index.includes(`](${name}`));
    assert.deepEqual(lacking, []);
  });
});
