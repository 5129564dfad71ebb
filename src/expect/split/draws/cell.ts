/** A destination with weight: expected share p, tolerance δ (a share), and what was counted for it. */
export interface Cell {
  share: number;
  tolerance: number;
  observed: number;
}

/** One that is spoken of. */
export interface NamedCell extends Cell {
  name: string;
}

/** What was counted for all of them together. */
export function totalOf(cells: readonly Cell[]): number {
  return cells.reduce((sum, { observed }) => sum + observed, 0);
}

/** Their counts, in order. */
export function countsOf(cells: readonly Cell[]): number[] {
  return cells.map(({ observed }) => observed);
}
