import type { InputPlace } from './input-error.js';

/** Where something stands in a file that was read; null where it is not known. */
export interface Place {
  /** As the user named it, or a word for it: `standard input`. */
  file: string | null;
  /** 1-based. */
  line: number | null;
  /** 1-based. */
  column: number | null;
  /** 1-based number of the YAML document in the file, where it holds several. */
  document: number | null;
  /** `spec.http[0].route[1].weight` */
  path: string | null;
}

/** How grave it is, the gravest first. */
export type Severity = 'error' | 'warning' | 'info';

/** What a finding is about, and with that who looks into it. */
export type Subject = 'target' | 'proxy' | 'call' | 'load' | 'client' | 'manifest';

/** Something that was seen, what probably causes it, and what to look at. Plain data. */
export interface Finding {
  /** Stable, in kebab case: `pinned-connections`. */
  code: string;
  severity: Severity;
  about: Subject;
  /** The call it concerns, where the run has several; null: all of them. */
  call: string | null;
  /** null where it stands in no file. */
  place: Place | null;
  /** What is the case, in one sentence. */
  summary: string;
  /** The numbers or words that show it; empty where the summary says all. */
  evidence: string;
  /** Likely cause and what to look at; empty where the summary says what to do. */
  advice: string;
}

/** What of a configuration a setting is about: the hop to the gateway, its route, or the hop behind it. */
export type SettingKind =
  | 'gateway-protocol'
  | 'gateway-tls-mode'
  | 'gateway-certificate'
  | 'gateway-tls-versions'
  | 'gateway-ciphers'
  | 'gateway-hosts'
  | 'route-timeout'
  | 'upstream-version'
  | 'upstream-tls'
  | 'connection-pool'
  | 'service-port';

/** What of the configuration settles something of a hop. Plain data. */
export interface Setting {
  kind: SettingKind;
  /** As it stands there: `h2UpgradePolicy: UPGRADE`. */
  text: string;
  place: Place;
}

/** The place of a mistake, as findings have it. @returns null where nothing of it is known. */
export function placeOf({ file, line, column, document, path }: InputPlace): Place | null {
  const known = [file, line, column, document, path].some((part) => part !== undefined);
  return known
    ? {
        file: file ?? null,
        line: line ?? null,
        column: column ?? null,
        document: document ?? null,
        path: path ?? null,
      }
    : null;
}
