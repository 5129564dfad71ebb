import type { Identity } from '../call/identity.js';
import { attribute, type AttributionTable, NOBODY } from './attribution.js';
import type { ProxiedPod } from './proxied/proxied-pod.js';

/**
 * More names than this are not those of pods: the identity caught something that changes with every
 * answer. Names that come later are not kept, their answers count as unattributed, and memory stays flat.
 */
const MAX_PODS = 10_000;
/** So many pods are counted one by one where each is a destination of its own. */
const MAX_POD_DESTINATIONS = 256;

/** Who vouches for pods that say themselves who they are. */
export const APPLICATION = 'application';

/** Numbers the pods in the order in which they are first seen, and attributes each once. */
export class PodDirectory {
  readonly #table: AttributionTable;
  readonly #numbers = new Map<string, number>();
  readonly names: string[] = [];
  /** Who says that it was this pod, by the pod's number. */
  readonly vouchers: string[] = [];
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

  /** The pod's number, given at its first appearance; {@link NOBODY} when there are too many. */
  numberOf(identity: Identity): number {
    // A pod that states another version than before is another entry: both must be attributed.
    const key = identity.version === null ? identity.pod : `${identity.pod}\n${identity.version}`;
    return (
      this.#numbers.get(key) ??
      this.#number(key, identity.pod, attribute(this.#table, identity), APPLICATION)
    );
  }

  /**
   * The number of a pod that a proxy names, as {@link numberOf}.
   *
   * @param voucher In what it says so: `header x-splitproof`.
   */
  numberOfProxied({ pod, destination }: ProxiedPod, voucher: string): number {
    const key = `${pod}\n${destination}\n${voucher}`;
    return this.#numbers.get(key) ?? this.#number(key, pod, destination, voucher);
  }

  /** The destination of a pod by its name alone, which a proxy gave; NOBODY where it has none. */
  destinationNamed(pod: string): number {
    return attribute(this.#table, { pod, version: null });
  }

  #number(key: string, pod: string, destination: number, voucher: string): number {
    if (this.names.length >= MAX_PODS) return NOBODY;
    const number = this.names.length;
    this.#numbers.set(key, number);
    this.names.push(pod);
    this.vouchers.push(voucher);
    this.destinations.push(destination === NOBODY ? this.#ownDestination(pod) : destination);
    return number;
  }

  /** Of a pod that belongs to no destination. */
  #ownDestination(pod: string): number {
    if (this.#table.podsAreDestinations !== true) return NOBODY;
    const known = this.destinationNames.indexOf(pod);
    if (known >= 0) return known;
    if (this.destinationNames.length >= this.room) return NOBODY;
    return this.destinationNames.push(pod) - 1;
  }
}
