import type { ExplanationReport } from './explanation.js';
import type { RoutesReport } from './routes.js';

/** What `explain` says: of one request, or of all routes. */
export type Explained = ExplanationReport | RoutesReport;
