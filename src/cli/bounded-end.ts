/** How long handles that nobody closes may keep a process that is done: timers of a library, its idle calls. */
const GRACE_MS = 2000;

/**
 * Ends the process soon after all that was written is taken, whatever still keeps it: clients of xDS go on to
 * wait for a control plane that was stopped. A reader who takes his time is waited for.
 */
export function endWhenTaken(): void {
  let left = 2;
  const taken = (): void => {
    left -= 1;
    if (left === 0) setTimeout(() => process.exit(), GRACE_MS).unref();
  };
  // An error says that nobody takes anything any more: it is told where streams are watched.
  for (const stream of [process.stdout, process.stderr]) stream.write('', taken);
}
