import type { BrokenBy } from '../../count/counted.js';
import type { Finding } from '../../finding.js';
import { count, counted } from '../../number-text.js';
import { found } from '../found.js';

/** What broke requests below their statuses. */
export interface BrokenEvidence {
  /** Requests that were answered OK. */
  ok: number;
  /** Requests that nothing understandable answered, by what broke them. */
  broken: ReadonlyMap<BrokenBy, number>;
  /** Connections that were made anew. */
  reconnects: number;
  /** Streams that the peer reset, by the name of the error code. */
  rstStream: ReadonlyMap<string, number>;
  /** What failures say, the most frequent first. */
  words: readonly string[];
}

const MOST_WORDS = 3;

/**
 * `connections-lost`, `streams-reset` and `protocol-violation`: requests that were sent and came to no
 * status of the peer's, by what broke them.
 */
export function brokenRequests(evidence: BrokenEvidence): Finding[] {
  const { ok, broken, reconnects, rstStream, words } = evidence;
  // What never answers anything is something else than was looked for, and is told by that name.
  if (ok === 0) return [];
  const requests = (by: BrokenBy): number => broken.get(by) ?? 0;
  const findings: Finding[] = [];
  if (requests('connection') > 0) {
    findings.push(
      found('target', {
        code: 'connections-lost',
        severity: 'warning',
        summary: 'Connections were lost with requests on them.',
        evidence: `${counted(requests('connection'), 'request')} had no answer when their connection ended; connections were made anew ${reconnects === 1 ? 'once' : counted(reconnects, 'time')}`,
        advice:
          'Look whether the gateway was restarted, scaled down or stopped, and whether something on the way resets connections or closes idle ones. A gateway that says GOAWAY (Connection: close in HTTP/1.1) and finishes what it has loses none.',
      }),
    );
  }
  if (requests('reset') > 0) {
    const codes = [...rstStream].map(([name, streams]) => `${name} ${count(streams)}`);
    findings.push(
      found('target', {
        code: 'streams-reset',
        severity: 'warning',
        summary: 'The target reset streams instead of answering.',
        evidence: `${counted(requests('reset'), 'request')}; RST_STREAM by code: ${codes.join(', ')}`,
        advice:
          'Look into the logs of the gateway and the backends: an application that fails within an answer, a limit of time or size, or a backend whose connection was lost in the middle of an answer.',
      }),
    );
  }
  if (requests('violation') > 0) {
    findings.push(
      found('target', {
        code: 'protocol-violation',
        severity: 'warning',
        summary: 'Answers of the target break the protocol, or are larger than is read.',
        evidence: [
          counted(requests('violation'), 'request'),
          ...words.slice(0, MOST_WORDS).map((text) => JSON.stringify(text)),
        ].join('; '),
        advice:
          'Look which server or proxy sends such answers: their form is wrong, whatever their content.',
      }),
    );
  }
  return findings;
}
