import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** An Istiod in a process of its own, which answers each line of JSON with one. */
export interface AskedProcess<T> {
  /** @throws Error when it cannot take the question, or has ended. */
  ask(question: object): Promise<T>;
  stop(): Promise<void>;
}

/** What it says last is shown with an error. */
const LOG_CHARACTERS = 4000;

/** @param command The binary that `test/cluster/istiod/main.go` is built to, and its words. */
export function startAskedProcess<T extends { error?: string }>(
  [binary, ...words]: readonly [binary: string, ...words: string[]],
  env: NodeJS.ProcessEnv,
): AskedProcess<T> {
  const child = spawn(binary, words, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const exited = once(child, 'exit');
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-LOG_CHARACTERS);
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(question) {
      child.stdin.write(`${JSON.stringify(question)}\n`);
      const next = await lines.next();
      if (next.done === true) throw new Error(`Istiod ended:\n${log}`);
      const answer = JSON.parse(next.value) as T;
      if (answer.error !== undefined) throw new Error(`Istiod: ${answer.error}`);
      return answer;
    },
    async stop() {
      child.stdin.end();
      await exited;
    },
  };
}
