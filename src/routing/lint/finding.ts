import type { InputPlace } from '../../input-error.js';

/** Something wrong, or likely wrong, with the configuration as a whole. */
export interface LintFinding {
  /** A stable kebab-case code, e.g. `shadowed-route`. */
  code: string;
  severity: 'error' | 'warning';
  /** One sentence for the person who must act. */
  message: string;
  place: InputPlace;
}
