import type { AttributionTable } from '../count/attribution.js';
import type { IdentitySource } from '../call/identity.js';
import type { ReplyContract } from '../call/grpc/reply-contract.js';
import type { Endpoint } from '../wire/socket/endpoint.js';
import type { PreparedCall } from './transport/caller.js';
import type { EngineSettings } from './transport/engine.js';
import type { LoadPlan } from './plan.js';

/** Everything a worker needs to know of a load. Plain data: it travels to worker threads. */
export interface LoadJob {
  plan: LoadPlan;
  /** At least one, all with the same timeout. */
  calls: readonly CallJob[];
  engine: EngineSettings;
  /** Addresses of the target; the connections take them in turn. At least one. */
  endpoints: readonly Endpoint[];
}

/** One of the calls of a load: what is sent, and how its answers are counted. */
export interface CallJob {
  prepared: PreparedCall;
  identity: IdentitySource;
  reply: ReplyContract;
  attribution: AttributionTable;
  /** How many destinations are counted. */
  destinations: number;
  /** Requests in a block, for the comparison of spreads. */
  blockSize: number;
}
