import type { MatchEntry } from './condition.js';
import type { RouteEffects } from './effects.js';
import type { ManifestNode } from './manifest/manifest-node.js';
import type { PreflightPolicy } from './preflight.js';

/** One weighted entry of a rule, as the manifest says it. */
export interface Backend {
  /** As written; a short name is meant in the namespace of the object that holds the rule. */
  host: string;
  subset: string | null;
  port: number | null;
  /** `null`: not given. */
  weight: number | null;
  node: ManifestNode;
}

export type RuleAction =
  | { kind: 'forward'; backends: readonly Backend[] }
  | { kind: 'redirect'; to: string }
  | { kind: 'direct-response'; status: number }
  /** The proxy answers this request for the destination: a CORS preflight request. */
  | { kind: 'preflight'; status: number }
  /** None of its backends can be used: every request fails so. */
  | { kind: 'no-backend'; failure: string }
  | { kind: 'delegate'; name: string; namespace: string | null };

/** `redirects to https://example.com/ (308)`, `answers 503 itself`. */
export function describeAction(action: RuleAction): string {
  switch (action.kind) {
    case 'forward':
      return 'forwards';
    case 'redirect':
      return `redirects to ${action.to}`;
    case 'direct-response':
      return `answers ${action.status} itself`;
    case 'preflight':
      return `answers the CORS preflight request itself (${action.status})`;
    case 'no-backend':
      return `has no backend that can be used, so every request fails with ${action.failure}`;
    case 'delegate':
      return `delegates to ${action.name}, which is not supported yet`;
  }
}

/** One rule of a route object: which requests it takes and what becomes of them. */
export interface Rule {
  /** Its name, or its position: `http[0]`. */
  label: string;
  name: string | null;
  /** Alternatives; an empty list takes any request. */
  entries: readonly MatchEntry[];
  action: RuleAction;
  /** Of those that it takes, the ones that are answered before they are forwarded; null: none. */
  preflights: PreflightPolicy | null;
  effects: RouteEffects;
  node: ManifestNode;
  /** What changes headers, where that stands elsewhere than in the rule: in the root of its delegation. */
  headers?: ManifestNode;
}
