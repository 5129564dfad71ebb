import type { InputPlace } from '../input-error.js';

/** Something worth knowing about the configuration that does not stop a run. */
export interface Warning {
  /** A stable kebab-case code, e.g. `unknown-field`. */
  code: string;
  /** One sentence for the person who must act. */
  message: string;
  place: InputPlace;
}
