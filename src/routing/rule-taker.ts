import { InputError } from '../input-error.js';
import { chooseRoute } from './choose-route.js';
import type { ChosenRoute } from './chosen-route.js';
import type { ManifestSet } from './manifest-set.js';
import { objectKey } from './manifest/manifest-object.js';
import { preparedSet } from './prepared-set.js';
import type { RouteRequest } from './request.js';

/** What is known of a request of somebody else's. */
export type OtherRequest = Pick<RouteRequest, 'method' | 'path' | 'authority'>;

/** Tells the requests of one rule from others. */
export interface RuleTaker {
  /** Whether the rule takes such a request, as far as its method, path and host say. */
  takes(request: OtherRequest): boolean;
  /** Headers by which other rules may take requests that look like those of this one. */
  decidingHeaders: readonly string[];
  /** What proxies call the rule; null where it has no name of its own. */
  name: string | null;
}

/** So many requests are remembered: clients choose the paths. */
const MAX_REMEMBERED = 4096;
/** Envoy's matchers see them as headers; a log has them. */
const LOGGED = /^(?::.*|host|content-type|user-agent)$/;

/**
 * Makes what tells the requests of a rule from others.
 *
 * @param asked A request that the rule takes. Others are thought to have its headers.
 * @returns null where no rule takes it, and its service's pods share the requests.
 */
export function ruleTaker(manifests: ManifestSet, asked: RouteRequest): RuleTaker | null {
  const set = preparedSet(manifests, asked);
  const own = chooseRoute(set, asked);
  const key = keyOf(own);
  const { matched } = own;
  const remembered = new Map<string, boolean>();
  const takes = (other: OtherRequest): boolean => {
    try {
      return keyOf(chooseRoute(set, { ...asked, ...other })) === key;
    } catch (error) {
      // Nothing takes such a request, or it cannot be told what does.
      if (error instanceof InputError) return false;
      throw error;
    }
  };
  if (matched === null && own.unroutedService === null) return null;
  return {
    name: matched?.object.group === 'networking.istio.io' ? matched.rule.name : null,
    decidingHeaders: (matched?.decidingHeaders ?? []).filter((name) => !LOGGED.test(name)),
    takes(other) {
      const text = `${other.method} ${other.authority} ${other.path}`;
      const known = remembered.get(text);
      if (known !== undefined) return known;
      const isTaken = takes(other);
      if (remembered.size >= MAX_REMEMBERED) remembered.clear();
      remembered.set(text, isTaken);
      return isTaken;
    },
  };
}

function keyOf({ matched, unroutedService }: ChosenRoute): string {
  if (matched === null) return `service ${unroutedService ?? ''}`;
  const { object, rule } = matched;
  return [object.kind, objectKey(object), rule.label, rule.action.kind].join(' ');
}
