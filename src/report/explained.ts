import type { ExplanationReport, ExplanationsReport } from './explanation.js';
import type { RoutesReport } from './routes.js';

/** What `explain` says: of one request, of several, or of all routes. */
export type Explained = ExplanationReport | ExplanationsReport | RoutesReport;
