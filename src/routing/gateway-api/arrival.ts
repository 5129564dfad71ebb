import type { Finding } from '../../finding.js';
import type { MatchedRule, RuleTrace } from '../first-match.js';
import type { ApiGateway } from './gateway.js';

/** What happens to a request on one port of one Gateway. */
export interface ApiArrival {
  gateway: ApiGateway;
  port: number;
  /** Hosts with routes, and the one the request belongs to. */
  hosts: string[];
  host: string | null;
  /** Its bytes are passed on, by what is chosen once for the connection. */
  perConnection?: boolean;
  matched: MatchedRule | null;
  traces: RuleTrace[];
  findings: Finding[];
}
