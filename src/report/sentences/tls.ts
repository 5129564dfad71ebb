import { counted } from '../../number-text.js';
import type { RunRecord } from '../../record/run-record.js';

type TlsFact = readonly [label: 'tls' | 'cert', text: string];

/** How connections were secured, and by whose certificate: labelled; nothing in plaintext. */
export function tlsFacts({ transport: { tls } }: RunRecord): TlsFact[] {
  if (tls === null) return [];
  const { version, cipher, alpn, certificate } = tls;
  const agreed = alpn === null ? 'no ALPN' : `ALPN ${alpn}`;
  const facts: TlsFact[] = [['tls', `${version}, ${cipher}, ${agreed}`]];
  if (certificate !== null) facts.push(['cert', certificateText(certificate)]);
  return facts;
}

type ShownCertificate = NonNullable<NonNullable<RunRecord['transport']['tls']>['certificate']>;

function certificateText({
  subject,
  issuer,
  altNames,
  validTo,
  daysLeft,
}: ShownCertificate): string {
  const names = altNames === null ? '' : `, for ${altNames}`;
  return `${subject === '' ? 'no subject' : subject}, by ${issuer}${names}; ${lifeText(daysLeft)}, until ${validTo}`;
}

/** Days that are whole: of the last one hours do not count. */
function lifeText(days: number | null): string {
  if (days === null) return 'how long it lasts is not known';
  if (days < 0) return 'expired';
  const whole = Math.floor(days);
  return `${counted(whole, 'day')} left`;
}
