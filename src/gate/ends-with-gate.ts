// Loaded by the process of a run before all else: a run does not outlive its gate. One that was killed can end nothing
// any more, and after a restart there would be two runs at one time.
const { channel } = process;
// Threads of the run load this, too.
if (channel !== undefined) {
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  // Waits for nothing.
  channel.unref();
  // Processes that the run starts end with the run.
  const at = process.execArgv.indexOf(import.meta.url);
  if (at > 0) process.execArgv.splice(at - 1, 2);
}

export {};
