/** A load that may end at any time ends at the latest after so many times the planned requests. */
export const SEQUENTIAL_CAP = 3;
