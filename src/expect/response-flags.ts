import { count } from '../number-text.js';

/** Lines of an access log by their flags, as they stand there: `UH`, `UF,URX`. */
export type FlagCounts = ReadonlyMap<string, number>;

/**
 * What Envoy's flags say of a request.
 * Source: https://www.envoyproxy.io/docs/envoy/latest/configuration/advanced/substitution_formatter
 * (RESPONSE_FLAGS, RESPONSE_FLAGS_LONG)
 */
const MEANINGS = new Map(
  Object.entries({
    UH: 'no healthy host',
    UF: 'no connection to the backend',
    UO: 'a circuit breaker',
    NR: 'no route',
    URX: 'all attempts used up',
    NC: 'a destination that the gateway does not know',
    DT: 'the time that a request or connection may last',
    DC: 'the client closed the connection',
    LH: 'the gateway’s own health check',
    UT: 'the backend was too slow',
    LR: 'the gateway reset the stream',
    UR: 'the backend reset the stream',
    UC: 'the backend’s connection was lost',
    DI: 'a delay on purpose',
    FI: 'an abort on purpose',
    RL: 'a rate limit',
    UAEX: 'external authorization',
    RLSE: 'the rate limit service failed',
    IH: 'a header of Envoy’s own that is wrong',
    SI: 'nothing was said on the stream for too long',
    DPE: 'the client broke the protocol',
    UPE: 'the backend broke the protocol',
    UMSDR: 'the time that a stream to the backend may last',
    RFCF: 'out of a cache',
    NFCF: 'a filter without its configuration',
    OM: 'the gateway is overloaded',
    DF: 'DNS',
    DO: 'load that is dropped',
    UDO: 'load that is dropped, all of it',
    DR: 'the client reset the stream',
  }),
);

/** Those of the lines that have one of some flags. */
export function havingFlags(flags: FlagCounts, some: readonly string[]): FlagCounts {
  return new Map([...flags].filter(([text]) => text.split(',').some((one) => some.includes(one))));
}

/** `UH 3, no flag 1`; a comma within flags stands without a space. */
export function flagsText(flags: FlagCounts): string {
  return [...flags]
    .map(([text, lines]) => `${text === '' ? 'no flag' : text} ${count(lines)}`)
    .join(', ');
}

/** What each of the flags says, those that are known: `NR is no route, UH no healthy host`. */
export function flagMeanings(flags: FlagCounts): string {
  const single = new Set([...flags.keys()].flatMap((text) => text.split(',')));
  return [...single]
    .flatMap((flag) => {
      const meaning = MEANINGS.get(flag);
      return meaning === undefined ? [] : [`${flag}: ${meaning}`];
    })
    .join('; ');
}
