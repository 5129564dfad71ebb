/** How connections were secured. */
export interface TlsDetails {
  /** `TLSv1.3` */
  version: string;
  cipher: string;
  /** What ALPN agreed on; null for nothing. */
  alpn: string | null;
  certificate: {
    subject: string;
    issuer: string;
    /** As Node.js writes them: `DNS:example.com, IP Address:127.0.0.1`. */
    altNames: string | null;
    /** ISO 8601. */
    validFrom: string;
    validTo: string;
  } | null;
  /** When it was seen last, in ISO 8601. */
  seenAt: string;
}

const MS_PER_DAY = 24 * 60 * 60 * 1000;

/**
 * How long the certificate was still good for when it was seen, in days, rounded down to hundredths; null where
 * there is none, or its last day is no time.
 */
export function daysLeft({ certificate, seenAt }: TlsDetails): number | null {
  if (certificate === null) return null;
  const days = (Date.parse(certificate.validTo) - Date.parse(seenAt)) / MS_PER_DAY;
  return Number.isNaN(days) ? null : Math.floor(days * 100) / 100;
}

/** That whose certificate ends first; undefined where there are none. */
export function soonestToEnd(all: readonly TlsDetails[]): TlsDetails | undefined {
  const [first] = all.toSorted((a, b) => (daysLeft(a) ?? Infinity) - (daysLeft(b) ?? Infinity));
  return first;
}

/** Each kind once, as it was seen last, in an order of its own. */
export function distinctTls(all: readonly TlsDetails[]): TlsDetails[] {
  const byKey = new Map<string, TlsDetails>();
  for (const one of all) {
    const key = keyOf(one);
    const known = byKey.get(key);
    if (known === undefined || known.seenAt < one.seenAt) byKey.set(key, one);
  }
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, one]) => one);
}

function keyOf({ version, cipher, alpn, certificate }: TlsDetails): string {
  const { subject, issuer, altNames, validFrom, validTo } = certificate ?? {};
  return JSON.stringify([version, cipher, alpn, subject, issuer, altNames, validFrom, validTo]);
}
