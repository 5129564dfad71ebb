import type { AttributionTable } from '../observation/attribution.js';
import type { IdentitySource } from '../observation/identity.js';
import type { TallyShape } from '../observation/tally.js';
import type { ReplyContract } from '../payload/reply-contract.js';
import type { Endpoint } from '../wire/endpoint.js';
import type { PreparedCall } from './caller.js';
import type { EngineSettings } from './engine.js';
import type { LoadPlan } from './plan.js';

/** Everything a worker needs to know of a load. Plain data: it travels to worker threads. */
export interface LoadJob {
  plan: LoadPlan;
  call: PreparedCall;
  engine: EngineSettings;
  /** Addresses of the target; the connections take them in turn. At least one. */
  endpoints: readonly Endpoint[];
  identity: IdentitySource;
  reply: ReplyContract;
  attribution: AttributionTable;
  shape: TallyShape;
}
