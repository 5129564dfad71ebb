/** How often each answer is given wrongly, whatever alpha is. */
export const COMPARISON_LEVEL = 0.01;
/** Answers beyond the quantile that the side with fewer of them is to have; with fewer the level is not kept. */
export const EXCEEDANCES_NEEDED = 100;
/** Blocks of time from which their spread can be told. */
export const BLOCKS_NEEDED = 5;
