import type { Claim, Cost, Fault, LoopName } from './fault.js';

type Claims = Fault['claims'];
/** Codes that one loop has besides. */
type Further = Readonly<Partial<Record<LoopName, readonly string[]>>>;

/** A verification ends where nothing is answered any more, and a load test goes on. */
export const FALLEN_SILENT = {
  closed: ['gateway-lost', 'silent'],
  open: ['deadline-exceeded'],
} as const satisfies Further;

/** So few requests are lost, if any, that the run passes. @param claim What both loops have. */
export function borne({ named = [], ...claim }: Partial<Claim> = {}): Claims {
  return {
    closed: { ...claim, exit: 0, named: ['equivalent', ...named] },
    open: { ...claim, exit: 0, named: ['answered', ...named] },
  };
}

/** Whatever was on the way is lost, if anything was. */
export function unlucky(claim: Partial<Claim> = {}): Claims {
  const both: Claim = {
    mayCost: ['failed', 'resent'],
    named: [],
    ...claim,
    exit: 'by what is lost',
  };
  return { closed: both, open: both };
}

/**
 * More requests are lost than may be.
 *
 * @param claim What both loops have, beside `error-rate`.
 */
export function failing(
  costs: readonly Cost[],
  { named = [], ...claim }: Partial<Claim> = {},
  further: Further = {},
): Claims {
  const both: Claim = { costs, ...claim, exit: 1, named: ['error-rate', ...named] };
  return {
    closed: { ...both, named: [...both.named, ...(further.closed ?? [])] },
    open: { ...both, named: [...both.named, ...(further.open ?? [])] },
  };
}
