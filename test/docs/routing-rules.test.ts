import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const DOCS = path.join(ROOT, 'docs');
const ROUTING = path.join(ROOT, 'src/routing');
const PAGE = readFileSync(path.join(DOCS, 'routing-rules.md'), 'utf8');

/** Text between the bars of each row. */
const ROWS = PAGE.split('\n')
  .filter((line) => line.startsWith('|') && !/^\|\s*(?:rule|-)/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()));

/** Sources that say how something is read, and nothing of which route is taken; the webhook's are one row. */
const NO_RULES =
  /^(?:instrument\/|kubernetes\/pod-owners|envoy\/|istio\/webhook\/(?!refusals)|manifest\/schema\/)/;
const FORM_ONLY =
  /(?:match|filters|ingress-nginx\/ingress|load-balancer|cors-policy|mesh-only-weights|header-rules|ingress-nginx\/choose-route|gateway-api\/age|ingress-nginx\/backends)\.ts$/;

describe('the table of routing rules', () => {
  it('links files and tests that are there', () => {
    const links = [...PAGE.matchAll(/\]\(([^)#]+)\)/g)].map((match) => match[1] ?? '');
    assert.ok(links.length >= ROWS.length);
    const missing = links.filter(
      (link) => !link.startsWith('https:') && !existsSync(path.resolve(DOCS, link)),
    );
    assert.deepEqual(missing, []);
  });

  it('says of each rule whether a real part checked it', () => {
    const unsaid = ROWS.filter((cells) => !/^(?:read|\[real \w+\])/.test(cells[4] ?? ''));
    assert.deepEqual(unsaid, []);
  });

  it('has every file of the rules that names its source', () => {
    const named = new Set(
      [...PAGE.matchAll(/src\/routing\/([\w/-]+\.ts)/g)].map(([, file]) => file),
    );
    const files = readdirSync(ROUTING, { recursive: true, encoding: 'utf8' })
      .map((file) => file.replaceAll('\\', '/'))
      .filter((file) => file.endsWith('.ts') && !NO_RULES.test(file) && !FORM_ONLY.test(file));
    const lacking = files.filter(
      (file) =>
        readFileSync(path.join(ROUTING, file), 'utf8').includes('Source: ') && !named.has(file),
    );
    assert.deepEqual(lacking, []);
  });
});
