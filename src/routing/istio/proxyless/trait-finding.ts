import type { Finding } from '../../../finding.js';
import { manifestFinding } from '../../manifest-finding.js';
import type { GrpcTrait } from './client.js';

/** An error where every library fails by it. */
export function traitFinding({ summary, place, effects }: GrpcTrait): Finding {
  const isLost = Object.values(effects).every((each) => each === 'fails' || each === 'refuses');
  const severity = isLost ? 'error' : 'warning';
  const finding = manifestFinding({ code: 'proxyless-unsupported', severity, summary, place: {} });
  return { ...finding, place };
}
