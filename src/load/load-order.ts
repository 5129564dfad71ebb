import type { CallRequest } from '../call/kinds.js';
import type { CallCounting } from '../count/call-counting.js';
import type { Secrets } from '../secrets.js';
import type { Endpoint } from '../wire/socket/endpoint.js';
import type { LoadPlan } from './plan.js';
import type { TransportSpec } from './transport/transport.js';

/** Everything that the members of a load need to know of it. Plain data: it travels to worker threads. */
export interface LoadOrder {
  plan: LoadPlan;
  /** At least one. */
  calls: readonly LoadedCall[];
  transport: TransportSpec;
  /** Addresses of the target that can be reached; the connections take them in turn. At least one. */
  addresses: readonly Endpoint[];
}

/** One of the calls of a load: what is sent, and how its answers are counted. */
export interface LoadedCall {
  request: CallRequest;
  /** What is sent before the sample, where that has to be told apart; as large and as costly. */
  warmupRequest?: CallRequest;
  counting: CallCounting;
  /** The cause of failures that are caused on purpose, and are no harm. */
  intendedFailure?: string;
  /** What no example of its answers may show. */
  secrets?: Secrets;
}
