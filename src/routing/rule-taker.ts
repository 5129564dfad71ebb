import { InputError } from '../input-error.js';
import { appliedRule } from './applied-rule.js';
import { chooseRoute } from './choose-route.js';
import type { ChosenRoute } from './chosen-route.js';
import type { OrderedRule } from './first-match.js';
import { lookAlikes } from './look-alikes.js';
import type { ManifestSet } from './manifest-set.js';
import { type ManifestObject, objectKey } from './manifest/manifest-object.js';
import { preparedSet } from './prepared-set.js';
import type { RouteRequest } from './request.js';
import type { Rule } from './rule.js';

/** What is known of a request of somebody else's. */
export interface OtherRequest extends Pick<RouteRequest, 'method' | 'path' | 'authority'> {
  /** null: not known. */
  userAgent: string | null;
}

/** What else may take a request that looks as if a rule took it. */
export interface OtherTaker {
  /** Another rule, or none at all. */
  kind: 'rule' | 'none';
  /** What proxies call the rule; null where it has no name of its own. */
  name: string | null;
}

/** What a rule has to do with a request of which not all is known. */
export interface Taking {
  /** Whether the rule takes it, as far as it is known. */
  isTaken: boolean;
  /** What may take it instead, and send it elsewhere, by headers that are not known. */
  others: readonly OtherTaker[];
  /** The names of those headers. */
  headers: readonly string[];
}

/** Tells the requests of one rule from others. */
export interface RuleTaker {
  taking(request: OtherRequest): Taking;
  /** What proxies call the rule; null where it has no name of its own. */
  name: string | null;
}

/** So many requests are remembered: clients choose the paths. */
const MAX_REMEMBERED = 4096;
/** Envoy's matchers see them as headers; a log has them, or they are alike in requests of one protocol. */
const KNOWN = /^(?::.*|host|content-type)$/;
const USER_AGENT = 'user-agent';
const NOT_TAKEN: Taking = { isTaken: false, others: [], headers: [] };

/**
 * Makes what tells the requests of a rule from others.
 *
 * @param asked A request that the rule takes. Others are thought to have its headers, where they may.
 * @returns null where no rule takes it, and its service's pods share the requests.
 */
export function ruleTaker(manifests: ManifestSet, asked: RouteRequest): RuleTaker | null {
  const set = preparedSet(manifests, asked);
  const own = chooseRoute(set, asked);
  const key = keyOf(own);
  const { matched } = own;
  if (matched === null && own.unroutedService === null) return null;
  const takingOf = ({ userAgent, ...other }: OtherRequest): Taking => {
    const headers = new Map(asked.headers);
    if (userAgent !== null) headers.set(USER_AGENT, userAgent);
    const chosen = routeOf(set, { ...asked, ...other, headers });
    if (chosen === null || keyOf(chosen) !== key) return NOT_TAKEN;
    return takenBeside(
      chosen,
      (name) => KNOWN.test(name) || (name === USER_AGENT && userAgent !== null),
    );
  };
  const remembered = new Map<string, Taking>();
  const rememberedOf = (other: OtherRequest): Taking => {
    const text = JSON.stringify([other.method, other.authority, other.path, other.userAgent]);
    const known = remembered.get(text);
    if (known !== undefined) return known;
    const taking = takingOf(other);
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    remembered.set(text, taking);
    return taking;
  };
  return {
    name: matched === null ? null : nameOf(matched.object, matched.rule),
    taking(other) {
      // There are many user agents, and few rules that look at them.
      const taking = rememberedOf({ ...other, userAgent: null });
      return taking.headers.includes(USER_AGENT) && other.userAgent !== null
        ? rememberedOf(other)
        : taking;
    },
  };
}

/** @returns null where nothing takes such a request, or it cannot be told what does. */
function routeOf(set: ManifestSet, request: RouteRequest): ChosenRoute | null {
  try {
    return chooseRoute(set, request);
  } catch (error) {
    if (error instanceof InputError) return null;
    throw error;
  }
}

/** @param isKnown Whether a header is known of the request, by its name. */
function takenBeside({ matched }: ChosenRoute, isKnown: (header: string) => boolean): Taking {
  if (matched === null) return { ...NOT_TAKEN, isTaken: true };
  const { rules, mayBeNone, headers } = lookAlikes(matched, isKnown);
  const own = placeSentTo(matched.object, matched.rule);
  const others = rules
    .filter((ordered) => placeSentTo(ordered.object, ruleInForce(ordered)) !== own)
    .map(({ object, rule }): OtherTaker => ({ kind: 'rule', name: nameOf(object, rule) }));
  const none: OtherTaker[] = mayBeNone ? [{ kind: 'none', name: null }] : [];
  return { isTaken: true, others: [...others, ...none], headers };
}

function ruleInForce({ rule, context }: OrderedRule): Rule {
  return appliedRule(rule, context.request);
}

/** Two rules of which it is the same split requests in the same way. */
function placeSentTo({ namespace }: ManifestObject, { action, effects }: Rule): string {
  const sentTo =
    action.kind === 'forward'
      ? action.backends.map(({ host, subset, port, weight }) => [host, subset, port, weight])
      : action;
  return JSON.stringify([namespace, sentTo, effects.abort]);
}

/** Istio alone hands the names of rules on to its proxies. */
function nameOf({ group }: ManifestObject, { name }: Rule): string | null {
  return group === 'networking.istio.io' ? name : null;
}

function keyOf({ matched, unroutedService }: ChosenRoute): string {
  if (matched === null) return `service ${unroutedService ?? ''}`;
  const { object, rule } = matched;
  return [object.kind, objectKey(object), rule.label, rule.action.kind].join(' ');
}
