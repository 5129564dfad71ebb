import type { Explained } from './explained.js';
import { type Format, format } from './formats.js';

/** Every format of what `explain` says, by its name. */
export const EXPLANATION_FORMATS = {
  console: format('txt', async () => (await import('./console/explained.js')).renderExplained),
  json: format('json', async () => (await import('./json.js')).renderJson),
  markdown: format(
    'md',
    async () => (await import('./markdown/explained.js')).renderMarkdownOfExplained,
  ),
  github: format(
    'github.txt',
    async () => (await import('./github/annotations.js')).renderAnnotationsOfExplained,
  ),
  sarif: format('sarif', async () => (await import('./sarif.js')).renderSarifOfExplained),
} as const satisfies Record<string, Format<Explained>>;
