import type { Explained } from '../explained.js';
import { EXPLANATIONS_SCHEMA } from '../explanation.js';
import { ROUTES_SCHEMA } from '../routes.js';
import type { Style } from '../style.js';
import { renderExplanation, renderExplanations } from './explanation.js';
import { renderRoutes } from './routes.js';

/** Renders what `explain` says for a terminal, or for a pipe when the style has no colour. */
export function renderExplained(report: Explained, style: Style): string {
  switch (report.schema) {
    case ROUTES_SCHEMA:
      return renderRoutes(report, style);
    case EXPLANATIONS_SCHEMA:
      return renderExplanations(report, style);
    default:
      return renderExplanation(report, style);
  }
}
