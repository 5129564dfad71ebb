import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { ROOT } from '../fixtures/command.js';

function read(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8');
}

const PAGE = read('docs/troubleshooting.md');

/** The rows of the tables, each with the test file that the head of its table names. */
function rows(): { code: string; title: string; file: string }[] {
  let file = '';
  return PAGE.split('\n').flatMap((line) => {
    const cells = line.split('|').map((cell) => cell.trim());
    if (cells.length !== 6) return [];
    const [, , code = '', , title = ''] = cells;
    const [, named] = /^test in `(.+)`$/.exec(title) ?? [];
    if (named !== undefined) file = named;
    return /^`[a-z0-9-]+`$/.test(code) ? [{ code: code.slice(1, -1), title, file }] : [];
  });
}

describe('docs/troubleshooting.md', () => {
  it('has rows of all tables', () => {
    const files = new Set(rows().map(({ file }) => file));
    const named = [
      'tls-gateways',
      'mtls-on-the-wire',
      'protocol-trouble',
      'streams-through-envoy',
      'retries-through-envoy',
    ];
    assert.deepEqual(
      [...files],
      named.map((name) => `${name}.test.ts`),
    );
    assert.ok(rows().length > 25);
  });

  for (const { code, title, file } of rows()) {
    it(`${code}: "${title}" is a test, and claims it`, () => {
      const source = read(`test/e2e/${file}`);
      const at = source.indexOf(title);
      assert.ok(at >= 0, `${file} has no test of that title`);
      // A case has its title first and ends before the next one's.
      const own = source.slice(at, source.indexOf('what:', at + title.length));
      assert.ok(own.includes(`'${code}'`), own);
    });
  }

  it('has no code but those of findings', () => {
    const sources = ['src/expect', 'src/routing'].flatMap((room) => {
      const folder = path.join(ROOT, room);
      return readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts'))
        .map((file) => readFileSync(path.join(folder, file), 'utf8'));
    });
    const codes = new Set(
      sources.flatMap((text) =>
        [...text.matchAll(/\b(?:code|clash): '([a-z0-9-]+)'/g)].map(([, code]) => code),
      ),
    );
    for (const { code } of rows()) assert.ok(codes.has(code), code);
  });

  it('names every finding that these tell of', () => {
    for (const source of ['src/expect/refusals.ts', 'src/expect/load/unreachable.ts']) {
      const codes = [...read(source).matchAll(/\bcode: '([a-z0-9-]+)'/g)].map(([, code]) => code!);
      const elsewhere = ['connection-refused', 'target-unresolvable', 'target-unreachable'];
      for (const code of codes) {
        if ([...elsewhere, 'unimplemented', 'credentials-unusable'].includes(code)) continue;
        assert.ok(PAGE.includes(`\`${code}\``), code);
      }
    }
  });
});
