import type { Explained } from '../explained.js';
import { ROUTES_SCHEMA } from '../routes.js';
import type { Style } from '../style.js';
import { renderExplanation } from './explanation.js';
import { renderRoutes } from './routes.js';

/** Renders what `explain` says for a terminal, or for a pipe when the style has no colour. */
export function renderExplained(report: Explained, style: Style): string {
  return report.schema === ROUTES_SCHEMA
    ? renderRoutes(report, style)
    : renderExplanation(report, style);
}
