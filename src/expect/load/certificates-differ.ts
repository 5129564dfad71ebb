import { counted } from '../../number-text.js';
import type { TransportCounts } from '../../count/counted.js';
import { daysLeft, type TlsDetails } from '../../count/tls-details.js';
import type { Finding } from '../../finding.js';
import { found } from '../found.js';

/** So many are named. */
const SHOWN = 3;

/** Names that the addresses of one target show different certificates, as they do while one is being renewed. */
export function certificatesDiffer({ tls }: TransportCounts): Finding | null {
  const texts = [...new Set(tls.map(textOf))];
  if (texts.length < 2) return null;
  const more = texts.length - SHOWN;
  return found('target', {
    code: 'certificates-differ',
    severity: 'warning',
    summary: 'The addresses of the target show different certificates.',
    evidence: texts.slice(0, SHOWN).join('; ') + (more > 0 ? `; and ${more} more` : ''),
    advice:
      'Where none is being renewed just now, look which replica of the gateway has not taken up the newer one.',
  });
}

function textOf(details: TlsDetails): string {
  const { certificate } = details;
  if (certificate === null) return 'none at all';
  const { subject, issuer, validTo } = certificate;
  const days = daysLeft(details);
  const left = days === null ? '' : ` (${counted(Math.floor(days), 'day')} left)`;
  return `${subject} by ${issuer} until ${validTo.slice(0, 10)}${left}`;
}
