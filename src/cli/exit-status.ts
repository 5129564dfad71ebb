/** Exit statuses that pipelines rely on. */
export const EXIT = {
  pass: 0,
  fail: 1,
  badInput: 2,
  inconclusive: 3,
  unreachable: 4,
  internalFault: 70,
  interrupted: 130,
  terminated: 143,
} as const;

const GRAVEST_FIRST: readonly number[] = [
  EXIT.internalFault,
  EXIT.interrupted,
  EXIT.terminated,
  EXIT.badInput,
  EXIT.unreachable,
  EXIT.fail,
  EXIT.inconclusive,
  EXIT.pass,
];

/** What a command that a signal has ended exits with. */
const SIGNAL_STATUS = {
  SIGINT: EXIT.interrupted,
  SIGHUP: EXIT.interrupted,
  SIGTERM: EXIT.terminated,
} as const;

/** A signal that asks a command to end. */
export type SignalName = keyof typeof SIGNAL_STATUS;

/** What a run came to, as far as its exit status goes. */
export interface Outcome {
  verdict: 'pass' | 'fail' | 'inconclusive';
  end: 'complete' | 'interrupted' | 'unreachable';
  /** What interrupted this process; null where nothing did, as when the record is an older one. */
  signalName: SignalName | null;
}

/**
 * The exit status of a run; the gravest where several apply.
 *
 * @param inconclusive How an inconclusive verdict counts: `report` keeps its own status.
 * @param isWritten Whether all reports that were asked for could be written.
 */
export function exitStatusOf(
  { verdict, end, signalName }: Outcome,
  inconclusive: 'fail' | 'pass' | 'report',
  isWritten: boolean,
): number {
  const counted = verdict === 'inconclusive' && inconclusive !== 'report' ? inconclusive : verdict;
  return gravestStatus(
    EXIT[counted],
    end === 'unreachable' ? EXIT.unreachable : EXIT.pass,
    // A report that is missing may be one that was given up.
    (end === 'interrupted' || !isWritten) && signalName !== null
      ? SIGNAL_STATUS[signalName]
      : EXIT.pass,
    isWritten ? EXIT.pass : EXIT.badInput,
  );
}

/**
 * The exit status of a command that was ended before it had a result.
 *
 * @param signalName null: a fault of this tool ended it.
 */
export function interruptedStatus(signalName: SignalName | null): number {
  return signalName === null ? EXIT.internalFault : SIGNAL_STATUS[signalName];
}

/** Of several statuses the one that says most. */
export function gravestStatus(...statuses: readonly number[]): number {
  return GRAVEST_FIRST.find((status) => statuses.includes(status)) ?? EXIT.internalFault;
}

/** Lets the process end with this status, unless a graver one has been set already. */
export function raiseExitStatus(status: number): void {
  process.exitCode = gravestStatus(status, Number(process.exitCode ?? EXIT.pass));
}
