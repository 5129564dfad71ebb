import type { CallEndKind } from './answer.js';

/** Ranges of statuses, both ends included. */
export type StatusRanges = readonly (readonly [number, number])[];

/** The part of a request that its protocol gives it and that routes look at. */
export interface RequestHead {
  method: string;
  /** Those that the protocol itself sends. */
  headers: readonly (readonly [string, string])[];
}

/** What is known of a kind of call. Commands that only read records need it, too: it loads nothing. */
export interface CallKind<Request> {
  /** @returns undefined where it has no name. */
  statusName(status: number): string | undefined;
  /** Statuses that are OK by the protocol itself. */
  okStatuses: StatusRanges;
  /**
   * Whether a status says that such a request will never be answered otherwise: there is no such method,
   * it is not allowed, or it is wrong. Others say how the peer fares, and may be single failures.
   */
  refusesForGood(status: number): boolean;
  /** With which the peer says that the deadline has passed; null where no status says so. */
  deadlineStatus: number | null;
  /** What stands in the place of a status where the peer gave none, by how the call ended. */
  ends: Readonly<Record<Exclude<CallEndKind, 'answered'>, number>>;
  head(request: Request): RequestHead;
}
