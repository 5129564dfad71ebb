import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { it } from 'node:test';

const SCRIPT = path.resolve(import.meta.dirname, '../../../scripts/known-fields.mjs');

it('what API servers know of the kinds that are read is what the Go modules give', () => {
  execFileSync(process.execPath, [SCRIPT, '--check'], { stdio: ['ignore', 'inherit', 'inherit'] });
});
