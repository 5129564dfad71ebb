import type { CallContext, UnaryMethod, UnaryReply } from './application.js';
import {
  decodeForwardEchoRequest,
  encodeForwardEchoResponse,
  type ForwardEchoRequest,
} from './echo-messages.js';
import { durationInGo } from './go-text.js';
import { GRPC_STATUS } from './grpc-status.js';

/** Source of what follows: Istio, pkg/test/echo/server/forwarder (executor, util, grpc). */

export const ECHO_PATH = '/proto.EchoTestService/Echo';

/** Where the requests of one ForwardEcho go. */
export interface Forwarding {
  /**
   * Makes one request.
   *
   * @param index Of the request, from 0.
   * @returns What the answer says of it. Rejects with an error in the words of the application.
   */
  request(index: number): Promise<string>;
  close(): void;
}

/** Opens the way to the URL of a request. Rejects with an error in the words of the application. */
export type OpenForwarding = (
  request: ForwardEchoRequest,
  call: CallContext,
) => Forwarding | Promise<Forwarding>;

/** Ways by the scheme of the URL. */
export type Forwardings = Readonly<Partial<Record<string, OpenForwarding>>>;

/** One answer holds every output: beyond this it would not fit a gRPC message of usual size. */
const MAX_COUNT = 10_000;
const DEFAULT_TIMEOUT_MS = 5000;
const AT_A_TIME = 20;

/**
 * Sends `count` requests to `url`, 20 at a time, and answers with one text for each; when any of them fails
 * the whole call is UNKNOWN and names the first error. All of them have the timeout together.
 */
export function forwardEcho(forwardings: Forwardings): UnaryMethod {
  return async (bytes, call) => {
    const asked = decodeForwardEchoRequest(bytes);
    const request = {
      ...asked,
      count: Math.max(1, asked.count),
      timeoutMs: asked.timeoutMs === 0 ? DEFAULT_TIMEOUT_MS : asked.timeoutMs,
    };
    const { count } = request;
    const scheme = /^([a-z]+):\/\//i.exec(request.url)?.[1]?.toLowerCase() ?? '';
    const open = Object.hasOwn(forwardings, scheme) ? forwardings[scheme] : undefined;
    if (open === undefined) return unknown(`unsupported protocol: ${request.url}`);
    if (count > MAX_COUNT) {
      const message = `count is ${count}: at most ${MAX_COUNT} fit one answer`;
      return { kind: 'error', code: GRPC_STATUS.invalidArgument, message };
    }
    let forwarding: Forwarding;
    try {
      forwarding = await open(request, call);
    } catch (error) {
      return unknown(textOf(error));
    }
    try {
      return await replyOf(request, forwarding);
    } finally {
      forwarding.close();
    }
  };
}

async function replyOf(request: ForwardEchoRequest, forwarding: Forwarding): Promise<UnaryReply> {
  const { count, perSecond, timeoutMs } = request;
  const outputs: string[] = [];
  const errors: string[] = [];
  const took: number[] = [];
  let next = 0;
  const startedMs = performance.now();
  const isLate = (): boolean => performance.now() - startedMs >= timeoutMs;
  const lane = async (): Promise<void> => {
    while (next < count && !isLate()) {
      const index = next;
      next += 1;
      if (perSecond > 0) await until(startedMs + ((index + 1) * 1000) / perSecond);
      const sentMs = performance.now();
      try {
        outputs[index] = await forwarding.request(index);
        took.push(performance.now() - sentMs);
      } catch (error) {
        errors.push(textOf(error));
      }
    }
  };
  const lanes = Promise.all(Array.from({ length: Math.min(count, AT_A_TIME) }, lane));
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, 'late');
  });
  const end = await Promise.race([lanes, late]);
  clearTimeout(timer);
  if (end === 'late') {
    const averageMs = took.length === 0 ? 0 : took.reduce((sum, ms) => sum + ms, 0) / took.length;
    return unknown(
      `request set timed out after ${durationInGo(timeoutMs)} and only ${took.length}/${count} requests completed (${durationInGo(averageMs)} avg)`,
    );
  }
  if (errors[0] !== undefined) {
    return unknown(`${errors.length}/${count} requests had errors; first error: ${errors[0]}`);
  }
  return { kind: 'message', message: encodeForwardEchoResponse(outputs) };
}

/** @param body What the application at the other end says. @param headers Of its response. */
export function entryOfGrpc(
  index: number,
  latencyMs: number,
  body: string,
  headers: readonly (readonly [name: string, value: string])[],
): string {
  return [
    `[${index}] Latency=${durationInGo(latencyMs)}`,
    `[${index}] ActiveRequests=1`,
    ...bodyLines(index, body),
    ...headers.map(([name, value]) => `[${index}] ResponseHeader=${name}:${value}`),
    '',
  ].join('\n');
}

export function bodyLines(index: number, body: string): string[] {
  const lines = body.split('\n').filter((line) => line !== '');
  return lines.map((line) => `[${index} body] ${line}`);
}

async function until(timeMs: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, timeMs - performance.now()));
}

function unknown(message: string): UnaryReply {
  return { kind: 'error', code: GRPC_STATUS.unknown, message };
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
