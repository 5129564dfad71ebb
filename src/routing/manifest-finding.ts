import { type Finding, placeOf } from '../finding.js';
import type { InputPlace } from '../input-error.js';

/** What was noticed about the configuration, or about how a request is asked for. */
interface Noticed {
  /** Stable, in kebab case: `unknown-field`. */
  code: string;
  /** What is the case and what to do, in one sentence. */
  summary: string;
  /** Where it stands; `{}` where it stands in no file. */
  place: InputPlace;
  /** A warning unless it says otherwise. */
  severity?: 'error' | 'warning' | 'info';
  /** The manifests unless it says otherwise; `call`: it depends on what is asked for. */
  about?: 'manifest' | 'call';
}

/** The finding of something in the manifests, whichever call meets it. */
export function manifestFinding({
  code,
  summary,
  place,
  severity = 'warning',
  about = 'manifest',
}: Noticed): Finding {
  return {
    code,
    severity,
    about,
    call: null,
    place: placeOf(place),
    summary,
    evidence: '',
    advice: '',
  };
}
