import {
  type GreeterRequest,
  type ScriptedGreeter,
  startScriptedGreeter,
} from '../fixtures/scripted-greeter.js';
import type { Scripted } from './worlds.js';

/** What a scripted Greeter does with a request. */
export type OnGreeterRequest = (request: GreeterRequest, greeter: ScriptedGreeter) => void;

/** Starts a scripted Greeter. @param onRequest What it does with a request; it answers unless told. */
export async function startGreeter(onRequest?: OnGreeterRequest): Promise<Scripted> {
  const greeter = await startScriptedGreeter(onRequest);
  return {
    address: greeter.address,
    version: 'HTTP/2',
    wordsFor: (target, isTls) => [
      target,
      'helloworld.Greeter/SayHello',
      ...(isTls ? [] : ['--plaintext']),
    ],
    counts: () => ({ requests: greeter.requests, answered: greeter.answered }),
    close: () => {
      greeter.close();
    },
  };
}
