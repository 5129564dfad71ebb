// Writes the pages for users of ghz and grpcurl from the tables of their flags. Read what has changed before you commit it.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { PAGES, pageText } from '../dist/test/cli/foreign-flags/page.js';

for (const page of PAGES) {
  const file = path.resolve(import.meta.dirname, '..', page.file);
  const config = await resolveConfig(file);
  writeFileSync(file, await format(pageText(page), { ...config, parser: 'markdown' }));
}
