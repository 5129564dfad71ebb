import { attribute, type AttributionTable } from './attribution.js';
import type { Identity } from './identity.js';
import { NOBODY } from './observation.js';

/**
 * More names than this are no pods: the identity caught something that changes with every answer.
 * What comes later counts as nobody, and memory stays flat.
 */
const MAX_PODS = 10_000;

/** Numbers the pods in the order in which they are first seen, and attributes each once. */
export class PodDirectory {
  readonly #table: AttributionTable;
  readonly #numbers = new Map<string, number>();
  readonly names: string[] = [];
  /** Destination of each pod, by the pod's number. */
  readonly destinations: number[] = [];

  /** @param table What turns pod names into destinations. */
  constructor(table: AttributionTable) {
    this.#table = table;
  }

  /** The pod's number, given at its first appearance; {@link NOBODY} when there are too many. */
  numberOf(identity: Identity): number {
    // A pod that states another version than before is another entry: both must be attributed.
    const key = identity.version === null ? identity.pod : `${identity.pod}\n${identity.version}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    if (this.names.length >= MAX_PODS) return NOBODY;
    const number = this.names.length;
    this.#numbers.set(key, number);
    this.names.push(identity.pod);
    this.destinations.push(attribute(this.#table, identity));
    return number;
  }
}
