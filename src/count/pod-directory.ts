import type { Identity } from '../call/identity.js';
import { attribute, type AttributionTable, NOBODY } from './attribution.js';

/**
 * More names than this are not those of pods: the identity caught something that changes with every
 * answer. Names that come later are not kept, their answers count as unattributed, and memory stays flat.
 */
const MAX_PODS = 10_000;
/** So many pods are counted one by one where each is a destination of its own. */
const MAX_POD_DESTINATIONS = 256;

/** Numbers the pods in the order in which they are first seen, and attributes each once. */
export class PodDirectory {
  readonly #table: AttributionTable;
  readonly #numbers = new Map<string, number>();
  readonly names: string[] = [];
  /** Destination of each pod, by the pod's number. */
  readonly destinations: number[] = [];
  /** Names of the destinations, by number: those of the table, then pods that became destinations. */
  readonly destinationNames: string[];

  /** How many destinations there can be. */
  readonly room: number;

  /** @param table What turns pod names into destinations. */
  constructor(table: AttributionTable) {
    this.#table = table;
    this.destinationNames = [...table.destinations];
    const { length } = table.destinations;
    this.room =
      table.podsAreDestinations === true ? Math.max(length, MAX_POD_DESTINATIONS) : length;
  }

  /**
   * The pod's number, given at its first appearance; {@link NOBODY} when there are too many.
   *
   * @param destination Where it is known without the pod's name; else NOBODY.
   */
  numberOf(identity: Identity, destination = NOBODY): number {
    // A pod that states another version than before is another entry: both must be attributed.
    const stated = identity.version ?? (destination === NOBODY ? null : String(destination));
    const key = stated === null ? identity.pod : `${identity.pod}\n${stated}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    if (this.names.length >= MAX_PODS) return NOBODY;
    const number = this.names.length;
    this.#numbers.set(key, number);
    this.names.push(identity.pod);
    this.destinations.push(destination === NOBODY ? this.#destinationOf(identity) : destination);
    return number;
  }

  #destinationOf(identity: Identity): number {
    const destination = attribute(this.#table, identity);
    if (destination !== NOBODY || this.#table.podsAreDestinations !== true) return destination;
    const known = this.destinationNames.indexOf(identity.pod);
    if (known >= 0) return known;
    if (this.destinationNames.length >= this.room) return NOBODY;
    return this.destinationNames.push(identity.pod) - 1;
  }
}
