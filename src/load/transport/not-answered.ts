/** Why a stream is given up that nothing had answered when the time of the run was over. */
export const NOT_ANSWERED = 'nothing had answered it when the time was up';
