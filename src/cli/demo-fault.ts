import { InputError } from '../input-error.js';
import { noneOf } from './none-of.js';

/** What can be wrong with a demo's mesh besides its weights, and what that is. */
export const DEMO_FAULTS = {
  drift: 'the weights drift, right on average',
  clock: 'all requests of the same 10 ms go one way',
  'stale-gateway': 'one of 8 gateways sends everything to the first version',
  'failing-canary': 'the last version fails 9 % of its calls, and says so',
  'silent-canary': 'it fails as many, and its errors do not say whose they are',
  'no-retries': 'the gateway of grpc-gateway-retries tries nothing again',
} as const;

/** What can be wrong with the control plane of `demo proxyless`. */
export const PROXYLESS_FAULTS = [
  'shift',
  'away',
  'missing-lds',
  'missing-rds',
  'missing-cds',
  'missing-eds',
  'invalid-lds',
  'invalid-rds',
  'invalid-cds',
  'invalid-eds',
] as const;

export type ProxylessFault = (typeof PROXYLESS_FAULTS)[number];

export type DemoFault = keyof typeof DEMO_FAULTS | ProxylessFault;

/** @throws InputError for what is none of them. */
export function demoFaultNamed(text: string): DemoFault {
  const all: readonly string[] = [...Object.keys(DEMO_FAULTS), ...PROXYLESS_FAULTS];
  if (all.includes(text)) return text as DemoFault;
  throw new InputError(noneOf(text, all), { path: '--fault' });
}
