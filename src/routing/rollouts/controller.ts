import type { ManifestSet } from '../manifest-set.js';
import { applyArgoRollouts } from './argo.js';
import { applyFlagger } from './flagger.js';

/**
 * A rollout controller changes the objects it manages: weights, selectors, copies of workloads.
 * This does the same to a set, so that routing reads what the cluster holds and not what was
 * checked in.
 * @param step The step of the rollout to look at; `null`: the one its status names.
 */
type RolloutController = (set: ManifestSet, step: number | null) => ManifestSet;

const CONTROLLERS: readonly RolloutController[] = [applyArgoRollouts, applyFlagger];

/** Applies every controller whose objects are in the set. Namespaces are filled in. */
export function withRollouts(set: ManifestSet, step: number | null): ManifestSet {
  return CONTROLLERS.reduce((current, apply) => apply(current, step), set);
}
