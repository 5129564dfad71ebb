import type { RunRecord } from '../record/run-record.js';
import type { Style } from './style.js';

/** A way to render a record, or another report. */
export interface Format<Report = RunRecord> {
  /** Of files that hold it, without the dot before it: `json`, `github.txt`. */
  extension: string;
  /** Loads what it takes: a load may leave no descriptor to open files later. */
  load: () => Promise<unknown>;
  /** Loads what it takes, and renders. */
  render: (report: Report, style: Style) => Promise<string>;
}

/** The name of a format: `json`. */
export type FormatName =
  | 'console'
  | 'json'
  | 'markdown'
  | 'github'
  | 'junit'
  | 'sarif'
  | 'in-toto'
  | 'html'
  | 'csv'
  | 'windows-csv'
  | 'prometheus';

/** Every report format by its name. */
export const FORMATS: Readonly<Record<FormatName, Format>> = {
  console: format('txt', async () => (await import('./console/console.js')).renderConsole),
  json: format('json', async () => (await import('./json.js')).renderJson),
  markdown: format('md', async () => (await import('./markdown/markdown.js')).renderMarkdown),
  github: format(
    'github.txt',
    async () => (await import('./github/annotations.js')).renderAnnotations,
  ),
  junit: format('xml', async () => (await import('./junit.js')).renderJunit),
  sarif: format('sarif', async () => (await import('./sarif.js')).renderSarif),
  'in-toto': format('intoto.json', async () => (await import('./in-toto.js')).renderStatement),
  html: format('html', async () => (await import('./html/html-report.js')).renderHtml),
  csv: format('csv', async () => (await import('./csv.js')).renderCsv),
  'windows-csv': format(
    'windows.csv',
    async () => (await import('./windows-csv.js')).renderWindowsCsv,
  ),
  prometheus: format('prom', async () => (await import('./prometheus.js')).renderPrometheus),
};

/**
 * A format that is loaded when it is used: a run is to wait for none that nobody reads.
 *
 * @param extension See {@link Format.extension}.
 * @param load Gives what renders.
 */
export function format<Report = RunRecord>(
  extension: string,
  load: () => Promise<(report: Report, style: Style) => string>,
): Format<Report> {
  return {
    extension,
    load,
    render: async (report, style) => (await load())(report, style),
  };
}
