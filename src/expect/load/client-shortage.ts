import type { Finding } from '../../finding.js';
import { count, counted } from '../../number-text.js';
import type { Reason } from '../expectation.js';
import { found } from '../found.js';

/** Connections that this side could not open at times, by what it lacked. */
export type Shortages = ReadonlyMap<string, number>;

const LACKS = new Map([
  [
    'no-descriptors',
    {
      what: 'file descriptors',
      advice:
        'Raise the limit (ulimit -n, LimitNOFILE, --ulimit nofile), or use fewer connections.',
    },
  ],
  [
    'no-ports',
    {
      what: 'free local ports',
      advice:
        'Wait until those in TIME_WAIT are free, widen net.ipv4.ip_local_port_range, or use fewer connections.',
    },
  ],
  [
    'no-memory',
    {
      what: 'memory for sockets',
      advice: 'Give this machine or container more memory, or use fewer connections.',
    },
  ],
]);

const OTHERWISE = { what: 'what connections take', advice: 'Use fewer connections.' };

function lackOf(shortages: Shortages): { what: string; advice: string } | null {
  const [first] = shortages.keys();
  return first === undefined ? null : (LACKS.get(first) ?? OTHERWISE);
}

/** Why a run with a shortage on this side proves nothing; null where there was none. */
export function shortageReason(shortages: Shortages): Reason | null {
  const lack = lackOf(shortages);
  return lack === null
    ? null
    : { code: 'client-shortage', text: `the client had too few ${lack.what}, and not the target` };
}

/** `client-shortage`: connections could not be opened for want of something on this side. */
export function clientShortage(shortages: Shortages, connections: number): Finding | null {
  const lack = lackOf(shortages);
  if (lack === null) return null;
  const short = [...shortages.values()].reduce((sum, some) => sum + some, 0);
  return found('client', {
    code: 'client-shortage',
    severity: 'error',
    summary: `The client had too few ${lack.what}: the target is not to blame for what was not sent.`,
    evidence: `${count(short)} of ${counted(connections, 'connection')} could not be opened at times`,
    advice: lack.advice,
  });
}
