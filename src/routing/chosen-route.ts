import type { InputError } from '../input-error.js';
import type { ManifestNode } from './manifest/manifest-node.js';
import type { MatchedRule, OrderedRule, RuleTrace } from './first-match.js';
import type { Via } from './request.js';
import type { Finding } from '../finding.js';

/** The route a request takes through one kind of configuration, and how it was found. */
export interface ChosenRoute {
  via: Via;
  gatewayPort: number | null;
  /** The namespace whose DestinationRules come first; `null` for a gateway. */
  clientNamespace: string | null;
  matched: MatchedRule | null;
  /** The Gateway's server or listener that takes the request; absent where there is none. */
  listener?: ManifestNode | undefined;
  /** A service that is reached without any route: its pods share the requests evenly. */
  unroutedService: string | null;
  traces: RuleTrace[];
  /** Why nothing matched, and what to do about it. */
  problem: InputError | null;
  /** What is chosen once for a connection, so that all of its requests share it. */
  perConnection?: boolean;
  /** For clients without a proxy: the rules of the host as they are programmed, whatever a client makes of them. */
  grpcRules?: readonly OrderedRule[];
  notes: string[];
  findings: Finding[];
}
